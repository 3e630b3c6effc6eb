/// Finds who has or had an imported unique id, and knows which devices ask for unique ids.
extension Schema {
  static let uniqueIDs = """
    CREATE UNIQUE INDEX uidl_by_text ON uidl (a, text);
    ALTER TABLE pop_device ADD COLUMN lists_ids INTEGER NOT NULL DEFAULT 0;
    """
}
