enum SMTPPlaceholder {}
