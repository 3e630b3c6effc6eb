import TestKit

/// The line format of the converted suites: fields separated by tabs, bytes escaped as \xNN.
enum LineTable {
  static func rows(_ path: String) throws -> [[String]] {
    try TestResources.bytes(path).split(separator: UInt8(ascii: "\n")).map { line in
      line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map {
        String(decoding: unescaped($0), as: UTF8.self)
      }
    }
  }

  private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var index = field.startIndex
    while index < field.endIndex {
      if field[index] == UInt8(ascii: "\\"), index + 4 <= field.endIndex,
        let byte = UInt8(String(decoding: field[(index + 2)..<(index + 4)], as: UTF8.self), radix: 16)
      {
        result.append(byte)
        index += 4
      } else {
        result.append(field[index])
        index += 1
      }
    }
    return result
  }
}
