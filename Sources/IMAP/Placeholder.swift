enum IMAPPlaceholder {}
