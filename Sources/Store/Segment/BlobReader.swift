import Glibc

/// Where a blob is, as the index says.
struct BlobLocation: Equatable, Sendable {
  var segment: Int
  var offset: Int
  /// The record's length, header included.
  var length: Int
  var rawLength: Int
  var codec: SegmentRecord.Codec
}

/// Reads blobs and checks every byte that it gives out.
struct BlobReader {
  let segments: SegmentFolder
  let inflating = InflateSpace()

  init(segments: SegmentFolder) { self.segments = segments }

  /// The bytes of `range` (nil = all) of the content: trace header and message as one.
  func read(_ location: BlobLocation, range: Range<Int>? = nil) throws(StoreFault) -> [UInt8] {
    let descriptor = try file(location)
    let range = (range ?? 0..<location.rawLength).clamped(to: 0..<location.rawLength)
    // Plain records are short: read whole, in one call, payload straight to where it stays.
    if location.codec == .plain {
      let all = try readPlain(location, descriptor)
      return range.count == all.count ? all : [UInt8](all[range])
    }
    if location.codec == .packed {
      let all = try readPacked(location, descriptor)
      return range.count == all.count ? all : [UInt8](all[range])
    }
    return try readFramed(location, descriptor, range)
  }

  /// Tells the system what will be read next, where it lies side by side: it fetches it from the disk in large pieces, not message by
  /// message. Costs next to nothing where it is in memory.
  func announce(_ locations: [BlobLocation]) {
    // A hint and no more: whoever reads is told what is wrong.
    var start = locations.startIndex
    while start < locations.endIndex {
      let first = locations[start]
      var end = start + 1
      var last = first
      while end < locations.endIndex, locations[end].segment == first.segment, locations[end].offset > last.offset,
        locations[end].offset - last.offset - last.length < 64 << 10
      {
        last = locations[end]
        end += 1
      }
      if end - start > 1, let descriptor = try? segments.descriptor(first.segment) {
        posix_fadvise(
          descriptor.raw, off_t(first.offset), off_t(last.offset + last.length - first.offset), POSIX_FADV_WILLNEED)
      }
      start = end
    }
  }

  private func readPacked(_ location: BlobLocation, _ descriptor: Descriptor) throws(StoreFault) -> [UInt8] {
    guard let bytes = try descriptor.bytes(location.length, at: location.offset) else {
      throw damage(location, "a broken record")
    }
    return try bytes.span.bytes.withUnsafeBytes { bytes throws(StoreFault) in try content(bytes, location) }
  }

  private func file(_ location: BlobLocation) throws(StoreFault) -> Descriptor {
    do { return try segments.descriptor(location.segment) } catch {
      throw .damaged("segment \(location.segment) cannot be opened (\(error))")
    }
  }

  func damage(_ location: BlobLocation, _ what: String) -> StoreFault {
    .damaged("\(what) in \(segments.file(location.segment)) at \(location.offset)")
  }

  private func readPlain(_ location: BlobLocation, _ descriptor: Descriptor) throws(StoreFault) -> [UInt8] {
    let headerLength = SegmentRecord.headerLength
    var failure: StoreFault?
    let payload = [UInt8](unsafeUninitializedCapacity: location.rawLength) { space, filled in
      filled = location.rawLength
      withUnsafeTemporaryAllocation(byteCount: headerLength, alignment: 16) { header in
        let got = Self.scatter(
          descriptor, location.offset, header, UnsafeMutableRawBufferPointer(space), location.rawLength)
        let bytes = UnsafeRawBufferPointer(start: space.baseAddress, count: location.rawLength)
        let checksum = SegmentRecord.payloadChecksum(of: UnsafeRawBufferPointer(header), location)
        if got != location.length || checksum == nil {
          failure = damage(location, "a broken record")
        } else if Checksum.crc32(bytes) != checksum {
          failure = damage(location, "wrong bytes")
        }
      }
    }
    if let failure { throw failure }
    return payload
  }

  /// One read into two places; the number of bytes that were there.
  private static func scatter(
    _ descriptor: Descriptor, _ offset: Int, _ first: UnsafeMutableRawBufferPointer,
    _ second: UnsafeMutableRawBufferPointer, _ secondCount: Int
  ) -> Int {
    withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { vectors in
      vectors[0] = iovec(iov_base: first.baseAddress, iov_len: first.count)
      vectors[1] = iovec(iov_base: second.baseAddress, iov_len: secondCount)
      var got = preadv(descriptor.raw, vectors.baseAddress, 2, off_t(offset))
      while got < 0, errno == EINTR { got = preadv(descriptor.raw, vectors.baseAddress, 2, off_t(offset)) }
      // A read of a plain file is short only at its end.
      return got
    }
  }

  private func readFramed(
    _ location: BlobLocation, _ descriptor: Descriptor, _ range: Range<Int>
  ) throws(StoreFault) -> [UInt8] {
    let headerLength = SegmentRecord.headerLength
    guard let header = try descriptor.bytes(headerLength, at: location.offset),
      let record = header.withUnsafeBytes({ SegmentRecord($0) }), record.kind == .blob, record.codec == .framed,
      record.totalLength == location.length, record.rawLength == location.rawLength,
      record.traceLength <= record.rawLength
    else { throw damage(location, "a broken record") }
    let messageLength = record.rawLength - record.traceLength
    let headLength = record.traceLength + BlobFrames.tableLength(rawLength: messageLength)
    guard headLength <= record.storedLength,
      let head = try descriptor.bytes(headLength, at: location.offset + headerLength),
      head.withUnsafeBytes({ Checksum.crc32($0) }) == record.crc,
      let frames = head.withUnsafeBytes({
        BlobFrames.decodeTable(UnsafeRawBufferPointer(rebasing: $0[record.traceLength...]), rawLength: messageLength)
      })
    else { throw damage(location, "a broken piece table") }
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    let trace = range.clamped(to: 0..<record.traceLength)
    result += head[trace]
    var offset = location.offset + headerLength + headLength
    for (index, frame) in frames.enumerated() {
      let first = record.traceLength + index * BlobFrames.frameLength
      let whole = first..<min(first + BlobFrames.frameLength, record.rawLength)
      defer { offset += frame.length }
      let wanted = range.clamped(to: whole)
      if wanted.isEmpty { continue }
      guard frame.length <= location.length, let stored = try descriptor.bytes(frame.length, at: offset),
        let piece = Self.decode(stored, frame, whole.count)
      else { throw damage(location, "a broken piece") }
      result += piece[(wanted.lowerBound - first)..<(wanted.upperBound - first)]
    }
    return result
  }

  private static func decode(_ stored: [UInt8], _ frame: BlobFrames.Frame, _ length: Int) -> [UInt8]? {
    var isSound = false
    let piece = [UInt8](unsafeUninitializedCapacity: length) { space, filled in
      isSound = stored.withUnsafeBytes {
        BlobFrames.decode(
          $0, frame, into: UnsafeMutableRawBufferPointer(start: space.baseAddress, count: length))
      }
      filled = length
    }
    return isSound ? piece : nil
  }
}

extension BlobReader {
  /// True when the whole blob can be read and every checksum holds.
  func isSound(_ location: BlobLocation) throws(StoreFault) -> Bool {
    do throws(StoreFault) {
      // Piece by piece, so that a long message never is in memory as a whole.
      var next = 0
      repeat {
        let end = min(location.rawLength, next + BlobFrames.frameLength)
        _ = try read(location, range: next..<end)
        next = end
      } while next < location.rawLength
      return true
    } catch {
      if case .damaged = error { return false }
      throw error
    }
  }
}
