internal import Synchronization

/// When each device was last used: kept in memory, written behind, so that a log-in never waits for the disk.
final class DeviceUses: Sendable {
  struct Device: Hashable, Sendable {
    let account: AccountKey
    let key: Int64
  }

  private struct Use {
    var last: Int64
    var written: Int64
  }

  private let uses: Mutex<[Device: Use]>

  init(_ stored: [Device: Int64]) {
    uses = Mutex(stored.mapValues { Use(last: $0, written: $0) })
  }

  subscript(device: Device) -> Int64? { uses.withLock { $0[device]?.last } }

  /// Notes a use; true if it is time to write it.
  func note(_ device: Device, at now: Int64, every: Int64) -> Bool {
    uses.withLock { uses in
      let isDue = uses[device].map { now - $0.written >= every } ?? true
      uses[device] = Use(last: now, written: isDue ? now : uses[device]?.written ?? now)
      return isDue
    }
  }

  func forget(_ device: Device) { uses.withLock { $0[device] = nil } }

  /// The uses that are not written yet.
  func unwritten() -> [RowChange] {
    uses.withLock { uses in
      uses.compactMap { device, use in
        use.last > use.written ? .setLastUse(device.account, device.key, at: use.last) : nil
      }
    }
  }
}
