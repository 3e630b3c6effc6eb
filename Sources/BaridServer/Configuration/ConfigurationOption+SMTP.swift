internal import Phrases

// What is taken by SMTP, and what users may send.
extension ConfigurationOption {
  static let intake: [ConfigurationOption] = [
    .number(
      "smtp.errors", \.intake.errors, 1...1_000, "Errors of a client before its SMTP session is ended.", example: "5"),
    .number(
      "smtp.recipients", \.intake.recipients, 100...10_000, "Recipients of one message.", example: "100"),
    .number(
      "smtp.local-part", \.intake.localPart, 64...252,
      "The longest part before the @ that senders and recipients may have; list and forwarding servers make long ones.",
      example: "64"),
    .flag(
      "smtp.refuse-bare-line-ends", \.intake.refusesBareLineEnds,
      "Whether a message with a CR or LF of its own is refused; otherwise it is mended.", example: "true"),
  ]

  static let submission: [ConfigurationOption] = [
    .number(
      "submission.recipients-a-day", \.submission.recipientsADay, 0...10_000_000,
      "Recipients that an account may write to in a day (UTC); 0: no limit. `barid account set` gives an account its own.",
      example: "500"),
    .number(
      "submission.new-recipients-a-day", \.submission.newRecipientsADay, 0...10_000_000,
      "Recipients in a day that the account never wrote to before; 0: no limit.", example: "50"),
    .number(
      "submission.highest-priority", \.submission.highestPriority, 0...9,
      "The highest MT-PRIORITY that messages of this server's users may have.", example: "3"),
    .flag(
      "submission.hide-address", \.submission.hidesAddress,
      "Whether the address that a message is submitted from stays out of its Received field.", example: "true"),
  ]

  static let lmtp: [ConfigurationOption] = [
    .text(
      "listeners.lmtp.socket", \.listeners[.lmtp].socket, form: "a path",
      "The Unix socket of LMTP; when it is set, LMTP listens there and on no address.",
      example: "/run/barid/lmtp.socket",
      check: { $0.isEmpty || ($0.hasPrefix("/") && $0.utf8.count <= 107) ? nil : .remedyPath })
  ]
}
