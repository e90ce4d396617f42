/// What was wrong with a received message.
package enum WireError: Error, Equatable {
  /// Not JSON, too large or too deep.
  case malformed
  /// A member that must be there is not, or has another type.
  case missing(String)
  case unknownType(String)
}
