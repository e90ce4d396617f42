import Basics

/// Why a text was not taken as an XML element.
package enum XMLError: Error, Equatable, Sendable {
  case tooLarge(byteCount: Int)
  case tooDeep
  case tooManyElements
  case tooManyAttributes
  /// More prefixes are declared at once than are kept.
  case tooManyPrefixes
  /// Not well-formed, at that byte.
  case malformed(at: Int)
  /// The text ended within the element.
  case incomplete
  /// Something follows the element, at that byte.
  case trailing(at: Int)
  /// An XML declaration, a document type, a comment or a processing instruction.
  case forbidden(at: Int)
  /// An entity beyond the five that XML predefines, or no character's number.
  case unknownEntity(at: Int)
  case illegalCharacter(at: Int)
  case unboundPrefix(String)
  case duplicateAttribute(String)

  /// What is wrong, for a person.
  package var sentence: String {
    switch self {
    case .tooLarge(let count): "The XML is too large: \(count) bytes."
    case .tooDeep: "The XML nests deeper than \(XMLElement.depthLimit) elements."
    case .tooManyElements: "The XML has more than \(XMLElement.elementLimit) elements."
    case .tooManyAttributes:
      "An XML element has more than \(XMLElement.attributeLimit) attributes."
    case .tooManyPrefixes: "The XML declares more than \(XMLElement.prefixLimit) prefixes."
    case .malformed(let position): "The XML is not well-formed at byte \(position)."
    case .incomplete: "The XML ends too early."
    case .trailing(let position): "Something follows the XML element at byte \(position)."
    case .forbidden(let position):
      "The XML has a declaration, comment or instruction at byte \(position), which is not allowed."
    case .unknownEntity(let position): "The XML has an unknown entity at byte \(position)."
    case .illegalCharacter(let position):
      "The XML has a character at byte \(position) that is not allowed."
    case .unboundPrefix(let prefix):
      "The XML uses the undeclared prefix “\(HarmlessText.line(prefix, limit: 40))”."
    case .duplicateAttribute(let name):
      "The XML attribute “\(HarmlessText.line(name, limit: 40))” comes twice."
    }
  }
}
