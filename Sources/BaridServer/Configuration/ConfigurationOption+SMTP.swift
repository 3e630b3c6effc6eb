internal import Phrases

// What is taken by SMTP, and what users may send.
extension ConfigurationOption {
  static let intake: [ConfigurationOption] = [
    .number(
      "smtp.errors", \.intake.errors, 1...1_000, .purposeErrors, example: "5"),
    .number(
      "smtp.recipients", \.intake.recipients, 100...10_000, .purposeRecipients, example: "100"),
    .number(
      "smtp.local-part", \.intake.localPart, 64...252,
      .purposeLocalPart,
      example: "64"),
    .flag(
      "smtp.refuse-bare-line-ends", \.intake.refusesBareLineEnds,
      .purposeBareLineEnds, example: "true"),
  ]

  static let submission: [ConfigurationOption] = [
    .number(
      "submission.recipients-a-day", \.submission.recipientsADay, 0...10_000_000,
      .purposeRecipientsADay,
      example: "500"),
    .number(
      "submission.new-recipients-a-day", \.submission.newRecipientsADay, 0...10_000_000,
      .purposeNewRecipientsADay, example: "50"),
    .number(
      "submission.highest-priority", \.submission.highestPriority, 0...9,
      .purposePriority, example: "3"),
    .flag(
      "submission.hide-address", \.submission.hidesAddress,
      .purposeHideAddress, example: "true"),
  ]

  static let lmtp: [ConfigurationOption] = [
    .text(
      "listeners.lmtp.socket", \.listeners[.lmtp].socket, form: .formPath,
      .purposeLMTPSocket,
      example: "/run/barid/lmtp.socket",
      check: { $0.isEmpty || ($0.hasPrefix("/") && $0.utf8.count <= 107) ? nil : .remedyPath })
  ]
}
