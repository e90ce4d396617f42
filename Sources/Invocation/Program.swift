/// The program's own name and age.
package enum Program {
  /// As people write it.
  package static let title = "Tipring"
  /// As `--version` prints it and the change log's first heading names it.
  package static let version = "0.1.0"
}
