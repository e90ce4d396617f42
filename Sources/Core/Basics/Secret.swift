/// A password or token. It has no description, so that no log can hold it.
package struct Secret: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
  /// For the one place that puts it on the wire.
  package let exposed: String

  package init(_ text: String) { exposed = text }

  package var description: String { "•••" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
