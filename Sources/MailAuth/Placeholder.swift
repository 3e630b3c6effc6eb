enum MailAuthPlaceholder {}
