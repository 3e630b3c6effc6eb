import ArgumentParser
import BaridServer
import Glibc
import Phrases

/// What the program writes and reads itself: results on standard output, refusals on standard error.
enum Terminal {
  static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }
  static func print(_ phrase: Phrase) { print(Speech.say(phrase)) }

  /// As it is, on standard error.
  static func write(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Says why it cannot be done; the command ends with exit status 1.
  static func fail(_ phrase: Phrase) -> ExitCode { fail(Speech.say(phrase)) }

  static func fail(_ sentence: String) -> ExitCode {
    write(sentence + "\n", to: STDERR_FILENO)
    return .failure
  }

  /// Rows under a head, in columns as wide as their widest cell.
  static func table(_ head: [String], _ rows: [[String]]) -> String {
    let all = [head] + rows
    let widths = head.indices.map { column in all.map { width($0[column]) }.max() ?? 0 }
    return all.map { row in
      let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - Self.width(cell)) }
      return trimmed(cells.joined(separator: "  "))
    }.joined(separator: "\n")
  }

  /// A password: typed twice without echo at a terminal, else the first line of standard input.
  static func password(prompt: String) -> [UInt8]? {
    guard isatty(STDIN_FILENO) == 1 else { return readLine(strippingNewline: true).map { Array($0.utf8) } }
    var old = termios()
    tcgetattr(STDIN_FILENO, &old)
    var silent = old
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
      write("\n", to: STDERR_FILENO)
    }
    write(prompt + ": ", to: STDERR_FILENO)
    return readLine(strippingNewline: true).map { Array($0.utf8) }
  }

  private static func write(_ text: String, to descriptor: Int32) {
    DescriptorWrite.all(Array(text.utf8), to: descriptor)
  }

  /// Columns on a screen: marks and bidi controls take none.
  private static func width(_ text: String) -> Int {
    text.unicodeScalars.count { scalar in
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format: false
      default: true
      }
    }
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}
