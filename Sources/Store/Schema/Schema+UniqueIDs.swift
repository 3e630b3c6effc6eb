/// Finds who has or had an imported unique id.
extension Schema {
  static let uniqueIDs = """
    CREATE UNIQUE INDEX uidl_by_text ON uidl (a, text);
    """
}
