/// How a charset name of MIME is decoded.
enum Charset: Hashable {
  /// UTF-8 and names that say it.
  case utf8
  /// US-ASCII, a missing or a strange name: the bytes themselves decide.
  case unknown
  /// windows-1252 and ISO-8859-1.
  case windows1252
  /// HZ-GB-2312 (RFC 1843), which glibc lacks.
  case hz
  /// By iconv, under glibc's name.
  case converter(String)

  init(_ name: String) {
    var key = ""
    // "-", "_" and the like are left out: senders vary them.
    for byte in name.utf8.prefix(40) where ASCII.isAlphanumeric(byte) {
      key.unicodeScalars.append(Unicode.Scalar(ASCII.lowercased(byte)))
    }
    switch key {
    case "utf8", "unicode11utf8", "unicode20utf8", "xunicode20utf8", "cp65001", "utf8mb4": self = .utf8
    case "iso88591", "latin1", "l1", "windows1252", "cp1252", "xcp1252", "iso885911987", "cp819", "ibm819":
      self = .windows1252
    case "hzgb2312", "hz": self = .hz
    default: self = Charset.table[key].map { .converter($0) } ?? .unknown
    }
  }

  /// From names reduced to lower-case letters and digits to glibc's. As the WHATWG Encoding Standard does, a subset is
  /// read by its superset (gb2312 by GB18030, shift_jis by CP932, iso-8859-9 by windows-1254).
  private static let table: [String: String] = {
    var table: [String: String] = [
      "gb2312": "GB18030", "gbk": "GB18030", "gb18030": "GB18030", "gb180302000": "GB18030", "euccn": "GB18030",
      "cp936": "GB18030", "windows936": "GB18030", "ms936": "GB18030", "xgbk": "GB18030", "chinese": "GB18030",
      "gb231280": "GB18030", "csgb2312": "GB18030", "iso2022cn": "ISO-2022-CN",
      "big5": "BIG5-HKSCS", "big5hkscs": "BIG5-HKSCS", "cp950": "CP950", "xxbig5": "BIG5-HKSCS", "csbig5": "BIG5-HKSCS",
      "euctw": "EUC-TW",
      "shiftjis": "CP932", "sjis": "CP932", "xsjis": "CP932", "mskanji": "CP932", "cp932": "CP932",
      "windows31j": "CP932", "windows932": "CP932", "csshiftjis": "CP932",
      "eucjp": "EUC-JP-MS", "xeucjp": "EUC-JP-MS", "cseucpkdfmtjapanese": "EUC-JP-MS",
      "iso2022jp": "ISO-2022-JP-3", "csiso2022jp": "ISO-2022-JP-3", "iso2022jp1": "ISO-2022-JP-3",
      "iso2022jp2": "ISO-2022-JP-2", "iso2022jp3": "ISO-2022-JP-3", "cp50220": "ISO-2022-JP-3",
      "euckr": "CP949", "ksc56011987": "CP949", "ksc5601": "CP949", "ksc56011989": "CP949", "cp949": "CP949",
      "uhc": "CP949", "windows949": "CP949", "korean": "CP949", "cseuckr": "CP949", "iso2022kr": "ISO-2022-KR",
      "johab": "JOHAB",
      "tis620": "CP874", "iso885911": "CP874", "windows874": "CP874", "cp874": "CP874", "tis6202533": "CP874",
      "koi8r": "KOI8-R", "koi8": "KOI8-R", "koi8u": "KOI8-U", "koi8ru": "KOI8-RU", "koi8t": "KOI8-T",
      "iso88599": "CP1254", "latin5": "CP1254", "iso88598i": "ISO-8859-8", "iso88598e": "ISO-8859-8",
      "iso88596i": "ISO-8859-6", "iso88596e": "ISO-8859-6", "visual": "ISO-8859-8", "logical": "ISO-8859-8",
      "asmo708": "ISO-8859-6", "arabic": "ISO-8859-6", "greek": "ISO-8859-7", "hebrew": "ISO-8859-8",
      "cyrillic": "ISO-8859-5", "latin2": "ISO-8859-2", "latin3": "ISO-8859-3", "latin4": "ISO-8859-4",
      "latin6": "ISO-8859-10", "latin9": "ISO-8859-15", "latin10": "ISO-8859-16",
      "macintosh": "MACINTOSH", "mac": "MACINTOSH", "macroman": "MACINTOSH", "xmacroman": "MACINTOSH",
      "xmaccyrillic": "MAC-CYRILLIC", "maccyrillic": "MAC-CYRILLIC", "xmacce": "MAC-CENTRALEUROPE",
      "xmacukrainian": "MAC-UK",
      "utf7": "UTF-7", "unicode11utf7": "UTF-7", "unicode20utf7": "UTF-7",
      "utf16": "UTF-16", "utf16le": "UTF-16LE", "utf16be": "UTF-16BE", "unicode": "UTF-16LE", "ucs2": "UTF-16BE",
      "iso10646ucs2": "UTF-16BE", "utf32": "UTF-32", "utf32le": "UTF-32LE", "utf32be": "UTF-32BE",
      "viscii": "VISCII", "tcvn": "TCVN", "armscii8": "ARMSCII-8", "georgianps": "GEORGIAN-PS", "ptcp154": "PT154",
      "rk1048": "RK1048", "hproman8": "HP-ROMAN8", "cp720": "CP720", "dos720": "CP720",
    ]
    for part in [2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16] { table["iso8859\(part)"] = "ISO-8859-\(part)" }
    for page in [1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258] {
      for prefix in ["windows", "cp", "xcp", "win", "ibm"] { table["\(prefix)\(page)"] = "CP\(page)" }
    }
    for page in [437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869] {
      for prefix in ["cp", "ibm", "dos"] { table["\(prefix)\(page)"] = "CP\(page)" }
    }
    return table
  }()

  /// 0x80 to 0x9F of windows-1252; unassigned ones stay C1 controls.
  static let windows1252High: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
    0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
    0x017E, 0x0178,
  ]
}

/// HZ-GB-2312: seven-bit pairs between "~{" and "~}" (RFC 1843).
enum HZ {
  /// The same text in EUC-CN, which is a part of GB18030.
  static func eucBytes(_ bytes: Span<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var isChinese = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let next: UInt8 = index &+ 1 < bytes.count ? bytes[index &+ 1] : 0
      if byte == 0x7E, !isChinese || next == 0x7D {
        switch next {
        case 0x7E: output.append(0x7E)
        case 0x7B: isChinese = true
        case 0x7D: isChinese = false
        case ASCII.lf: break
        default: output += [byte, next]
        }
        index &+= 2
      } else if isChinese, byte > 0x20, byte < 0x7F, next > 0x20, next < 0x7F {
        output += [byte | 0x80, next | 0x80]
        index &+= 2
      } else {
        // RFC 1843: a line end returns to ASCII.
        if byte == ASCII.lf { isChinese = false }
        output.append(byte)
        index &+= 1
      }
    }
    return output
  }
}
