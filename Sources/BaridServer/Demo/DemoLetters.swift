internal import Mail

/// The letters that lie in the demo's mailboxes at the first start.
enum DemoLetters {
  /// A letter before it is filed.
  struct Letter: Sendable {
    /// Its reverse-path.
    var from: String
    var to: String
    var message: [UInt8]
  }

  /// `now`: seconds since 1970 UTC; the letters are dated over the days before it.
  static func all(domain: String, now: Int64) throws(AddressError) -> [Letter] {
    [
      try letter(
        1, from: ("Badr", "badr"), to: "amal", domain, subject: "Welcome to Barid", at: now - 90_000,
        .text(
          """
          Dear Amal,

          this letter came in by SMTP's front door, lies in the store, and is shown to you by IMAP or POP3.
          Delete it, flag it, move it, answer it: nothing here leaves your computer.

          Badr
          """)),
      try letter(
        2, from: ("بدر", "badr"), to: "amal", domain, subject: "أهلًا بك في بريد", at: now - 50_000,
        .text(
          """
          عزيزتي أمل،

          هذه رسالة عربية لتجربة بريد: العنوان والنص بالعربية، وتقرؤها كما كُتبت في أي برنامج بريد.
          ما يُحفظ هنا لا يضيع، ولو انقطعت الكهرباء.

          مع التحية
          بدر
          """)),
      try letter(
        3, from: ("Badr", "badr"), to: "amal", domain, subject: "The timetable you asked for", at: now - 20_000,
        .multipart(
          subtype: "mixed",
          [
            .multipart(
              subtype: "alternative",
              [
                .text("Dear Amal,\n\nthe timetable is attached.\n\nBadr\n"),
                .text("<p>Dear Amal,</p><p>the <b>timetable</b> is attached.</p><p>Badr</p>\n", subtype: "html"),
              ]),
            .data(
              Array("day,from,to\nSunday,08:00,14:00\nMonday,08:00,14:00\nTuesday,10:00,16:00\n".utf8),
              type: "text/csv", fileName: "timetable.csv"),
          ])),
      try letter(
        4, from: ("Amal", "amal"), to: "badr", domain, subject: "Re: The timetable you asked for", at: now - 10_000,
        .text("Dear Badr,\n\nthank you, it came through.\n\nAmal\n")),
    ]
  }

  private static func letter(
    _ number: Int, from: (name: String, user: String), to: String, _ domain: String, subject: String, at seconds: Int64,
    _ body: BodyPart
  ) throws(AddressError) -> Letter {
    var builder = MessageBuilder(body: body, boundarySeed: "demo\(number)")
    builder.add("From", [(name: from.name, address: try EmailAddress(localPart: from.user, domain: domain))])
    builder.add("To", [(name: nil, address: try EmailAddress(localPart: to, domain: domain))])
    builder.add("Subject", subject)
    builder.add(date: MailDate(seconds: seconds))
    builder.add(messageID: "letter-\(number).\(seconds)@demo.\(domain)")
    return Letter(
      from: "\(from.user)@\(domain)", to: "\(to)@\(domain)", message: builder.build())
  }
}
