package import Phrases

/// Why the server did not start: one sentence for the person who started it. Nothing was touched.
package struct StartFault: Error, Sendable {
  package var phrase: Phrase

  package init(_ phrase: Phrase) { self.phrase = phrase }
}
