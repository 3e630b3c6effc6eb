/// What a one-shot command shows: a result word, perhaps an explanation, reasons, and the evidence itself for JSON.
public struct Inspection<Evidence: Sendable & Codable>: Sendable, Codable {
  /// "pass", "fail", "none", "permerror", …
  public var result: String
  /// The text that a domain publishes for those it refuses (SPF's exp=).
  public var explanation: String?
  /// In plain words.
  public var reasons: [String]
  public var evidence: Evidence

  /// What to print: the result word, then "exp=…" where there is one, then a line for each reason. Text of peers is already
  /// printable.
  public var lines: [String] { [result] + (explanation.map { ["exp=\($0)"] } ?? []) + reasons }
}
