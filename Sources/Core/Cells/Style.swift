/// The terminal's own sixteen colours; what they look like is the user's choice.
package enum Colour: UInt8, CaseIterable, Sendable {
  case black, red, green, yellow, blue, magenta, cyan, white
  case brightBlack, brightRed, brightGreen, brightYellow
  case brightBlue, brightMagenta, brightCyan, brightWhite
}

/// How a cell looks: colours, where `nil` is the terminal's default, and attributes.
package struct Style: Hashable, Sendable {
  /// What a terminal can do to a character beside colouring it.
  package struct Attributes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let bold = Attributes(rawValue: 1)
    package static let dim = Attributes(rawValue: 2)
    package static let reverse = Attributes(rawValue: 4)
    package static let underline = Attributes(rawValue: 8)
  }

  package var foreground: Colour?
  package var background: Colour?
  package var attributes: Attributes

  package init(
    _ foreground: Colour? = nil, on background: Colour? = nil, _ attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  package static let plain = Style()
  package static let bold = Style(nil, .bold)
  package static let dim = Style(nil, .dim)
  package static let reverse = Style(nil, .reverse)

  /// The same style with further attributes.
  package func adding(_ more: Attributes) -> Style {
    Style(foreground, on: background, attributes.union(more))
  }

  /// The same attributes in the terminal's default colours.
  package var withoutColour: Style { Style(nil, on: nil, attributes) }
}
