import CNcurses
import Glibc

/// The characters that the user's locale has.
package enum CharacterSet {
  /// Whether it has them all; otherwise what is shown must be ASCII.
  package static var isUTF8: Bool {
    // Only what concerns characters: numbers are written alike everywhere.
    setlocale(LC_CTYPE, "")
    return String(cString: nl_langinfo(Int32(CODESET))) == "UTF-8"
  }
}
