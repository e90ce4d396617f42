import Basics
import Formats
import Testing

@Suite("JSON")
struct JSONTests {
  @Test("is read into values")
  func reading() throws {
    let value = try JSONValue(
      decoding: """
        { "null": null, "yes": true, "no": false, "int": -12, "big": 9223372036854775807,
          "real": 1.5, "text": "a\\"b\\\\c\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é😀",
          "list": [ ], "nested": [{}, [[1]]] }
        """)
    #expect(
      value
        == .object([
          "null": .null, "yes": true, "no": false, "int": -12, "big": .integer(.max), "real": 1.5,
          "text": "a\"b\\c/\u{8}\u{C}\n\r\té😀é😀", "list": [],
          "nested": .array([.object([:]), [[1]]]),
        ]))
  }

  @Test(
    "a date is written in ISO 8601, or counts seconds or milliseconds since 1970",
    arguments: [
      ("\"2026-11-22T00:00:00Z\"", 1_795_305_600_000), ("1795305600", 1_795_305_600_000),
      ("1795305600123", 1_795_305_600_123), ("1795305600.5", 1_795_305_600_500),
      ("\"1795305600\"", 1_795_305_600_000), ("\"soon\"", nil), ("-1", nil), ("1e15", nil),
      ("null", nil), ("[]", nil), ("true", nil),
    ])
  func dates(text: String, milliseconds: Int64?) throws {
    #expect(
      try WallTime(decoding: JSONValue(decoding: text))
        == milliseconds.map { WallTime(milliseconds: $0) })
    #expect(WallTime(decoding: nil) == nil)
  }

  @Test(
    "takes whole numbers for integers however they are written",
    arguments: [
      ("0", 0), ("-0", 0), ("1.0", 1), ("1e3", 1_000), ("1E+3", 1_000), ("-25e-1", nil),
      ("9007199254740992.0", 9_007_199_254_740_992), ("18446744073709551616", nil),
    ])
  func numbers(text: String, integer: Int64?) throws {
    let value = try JSONValue(decoding: text)
    if let integer {
      #expect(value == .integer(integer))
    } else {
      #expect(value == .number(try #require(Double(text))))
    }
  }

  @Test(
    "is refused when malformed",
    arguments: [
      "", " ", "nul", "nullx", "tru", "[1] x", "[1,]", "[,1]", "[1 2]", "[", "{", "{\"a\"}",
      "{a:1}",
      "{\"a\":}", "{\"a\":1,}", "{\"a\":1", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
      "\"a\tb\"", "\"a\nb\"", "01", "-", "+1", "1.", ".5", "1e", "1e+", "1e999", "0x10", "NaN",
      "'a'", "]", "}", "\u{FEFF}", "// a\n1",
    ])
  func malformed(text: String) {
    #expect(throws: JSONValue.DecodingError.malformed) { try JSONValue(decoding: text) }
  }

  @Test("is refused when it is not UTF-8")
  func invalidUTF8() {
    for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] {
      #expect(throws: JSONValue.DecodingError.malformed) {
        try JSONValue(decoding: [0x22] + bytes + [0x22])
      }
    }
  }

  @Test("forgives half a surrogate pair and a byte order mark, and takes a member's last value")
  func forgiveness() throws {
    #expect(try JSONValue(decoding: "\"\\ud83d\"") == "\u{FFFD}")
    #expect(try JSONValue(decoding: "\"\\ud83dx\\ude00\"") == "\u{FFFD}x\u{FFFD}")
    #expect(try JSONValue(decoding: "\"\\ud83d\\u0041\"") == "\u{FFFD}A")
    #expect(try JSONValue(decoding: "\u{FEFF}1") == 1)
    #expect(try JSONValue(decoding: "{\"a\":1,\"a\":2}") == .object(["a": 2]))
  }

  @Test("nests 32 deep and no deeper")
  func depth() throws {
    let brackets = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
    #expect(throws: Never.self) { try JSONValue(decoding: brackets(32)) }
    #expect(throws: JSONValue.DecodingError.tooDeep) { try JSONValue(decoding: brackets(33)) }
    #expect(throws: JSONValue.DecodingError.tooDeep) {
      try JSONValue(decoding: String(repeating: "[{\"a\":", count: 100_000))
    }
    #expect(throws: Never.self) {
      try JSONValue(decoding: "\"" + String(repeating: "[", count: 99) + "\"")
    }
    let wide = "[" + String(repeating: "[[]],", count: 50) + "[]]"
    #expect(throws: Never.self) { try JSONValue(decoding: wide) }
  }

  @Test("is as large as the limit and no larger")
  func size() throws {
    #expect(throws: Never.self) { try JSONValue(decoding: "12345", limit: 5) }
    #expect(throws: JSONValue.DecodingError.tooLarge(byteCount: 6)) {
      try JSONValue(decoding: "123456", limit: 5)
    }
    let largest = "\"" + String(repeating: "x", count: (1 << 20) - 2) + "\""
    #expect(throws: Never.self) { try JSONValue(decoding: largest) }
    #expect(throws: JSONValue.DecodingError.tooLarge(byteCount: (1 << 20) + 1)) {
      try JSONValue(decoding: largest + " ")
    }
  }

  @Test("a megabyte of the smallest values is read")
  func manyValues() throws {
    for unit in ["0,", "\"\",", "{},", "[],"] {
      let count = ((1 << 20) - 3) / unit.utf8.count
      let value = try JSONValue(decoding: "[" + String(repeating: unit, count: count) + "0]")
      #expect(value.array?.count == count + 1)
    }
  }

  @Test("may be cut anywhere without harm")
  func truncation() {
    let text = "{\"a\":[1,-2.5e3,true,null,\"\\ud83d\\ude00x\"],\"b\":{\"c\":\"é\"}}"
    for length in 0..<text.utf8.count {
      #expect(throws: JSONValue.DecodingError.malformed) {
        try JSONValue(decoding: Array(text.utf8.prefix(length)))
      }
    }
  }

  @Test("is printed in one line that is read back")
  func printing() throws {
    let value = JSONValue.object([
      "b": [1, -2, 1.5, 1e300, .number(3), .null, true],
      "a": .string(
        "quote \" slash / back \\ line \n tab \t bell \u{7} csi \u{9B} del \u{7F} 😀"
          + "\u{2028}\u{202E}"),
    ])
    #expect(
      value.text
        == #"{"a":"quote \" slash / back \\ line \n tab \t bell \u0007 csi \u009b del \u007f 😀"#
        + #"\u2028\u202e","#
        + #""b":[1,-2,1.5,1e+300,3,null,true]}"#)
    #expect(try JSONValue(decoding: value.text).text == value.text)
    #expect(JSONValue.number(.infinity).text == "null")
    #expect(JSONValue.number(.nan).text == "null")
  }

  @Test("numbers may be in quotes, and quotes around numbers")
  func leniency() {
    #expect(JSONValue.string("42").integer == 42)
    #expect(JSONValue.string("42.9").integer == 42)
    #expect(JSONValue.string("-1.5e1").double == -15)
    #expect(JSONValue.number(42.9).integer == 42)
    #expect(JSONValue.number(1e30).integer == nil)
    #expect(JSONValue.string("99999999999999999999").integer == nil)
    #expect(JSONValue.integer(7).string == "7")
    #expect(JSONValue.integer(7).double == 7)
    for text in ["", " 1", "nan", "inf", "0x10", "1e999", "one", "1 "] {
      #expect(JSONValue.string(text).integer == nil, "\(text)")
      #expect(JSONValue.string(text).double == nil, "\(text)")
    }
  }

  @Test("truth values may be words and numbers")
  func truth() {
    for value: JSONValue in [true, "true", "1", 1] { #expect(value.boolean == true) }
    for value: JSONValue in [false, "false", "0", 0] { #expect(value.boolean == false) }
    for value: JSONValue in [2, "yes", .null, [], 1.5] { #expect(value.boolean == nil) }
  }

  @Test("members that are missing, null or of no object are not there")
  func members() {
    let value: JSONValue = ["a": 1, "b": .null]
    #expect(value["a"] == 1)
    #expect(value["b"] == nil)
    #expect(value["c"] == nil)
    #expect(JSONValue.string("a")["a"] == nil)
    #expect(JSONValue.members(["a": 1, "b": nil]) == ["a": 1])
    #expect(value.object?.count == 2)
    #expect(value.array == nil)
  }
}
