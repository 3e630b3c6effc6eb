@main
struct Barid {
  static func main() { print("barid") }
}
