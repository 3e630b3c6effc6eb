enum DirectoryPlaceholder {}
