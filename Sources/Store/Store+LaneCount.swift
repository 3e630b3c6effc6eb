extension Store {
  /// Lanes of this folder, fixed when it was made: the directory gives each account one of them.
  package var laneCount: Int { lanes.count }
}
