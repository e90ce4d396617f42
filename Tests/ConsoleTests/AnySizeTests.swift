import Basics
import Calling
import Cells
import Console
import Testing

@Suite("Any size")
struct AnySizeTests {
  @Test("every situation can be drawn at every size", arguments: Catalogue.all.map(\.0))
  func draws(name: String) throws {
    let make = try #require(Catalogue.all.first { $0.0 == name }?.1)
    for rows in [0, 1, 2, 6, 9, 17, 50] {
      for columns in [0, 1, 24, 75, 76, 200] {
        let size = Size(rows: rows, columns: columns)
        let picture = render(make(size))
        #expect(picture.screen.size == size)
        if rows > 0, columns > 0 {
          #expect((0..<rows).contains(picture.cursor.row))
          #expect((0..<columns).contains(picture.cursor.column))
        }
        let drawn = picture.screen.text.unicodeScalars
        #expect(drawn.allSatisfy { $0 == "\n" || DisplayWidth.columns(of: $0) != nil })
      }
    }
  }

  @Test("a change of size in any situation keeps it drawable", arguments: Catalogue.all.map(\.0))
  func resizes(name: String) throws {
    let make = try #require(Catalogue.all.first { $0.0 == name }?.1)
    var state = make(Size(rows: 24, columns: 80))
    for (rows, columns) in [(1, 20), (50, 200), (0, 0), (6, 90), (24, 80)] {
      _ = reduce(&state, .resize(Size(rows: rows, columns: columns)))
      #expect(render(state).screen.size == Size(rows: rows, columns: columns))
    }
    #expect(render(state).screen.text == render(make(Size(rows: 24, columns: 80))).screen.text)
  }

  @Test("any key in any situation keeps it drawable", arguments: Catalogue.all.map(\.0))
  func keys(name: String) throws {
    let make = try #require(Catalogue.all.first { $0.0 == name }?.1)
    let characters = " 1#/:?=-adDGghijkLMmnoqrstvxyzZ".map(Key.character)
    let named: [Key] = [
      .up, .down, .left, .right, .pageUp, .pageDown, .home, .end, .enter, .escape, .tab, .backTab,
      .backspace, .delete, .function(1), .function(2), .function(3), .control("p"), .control("c"),
      .control("z"), .paste("amina@example.org\n"), .character("日"),
      .mouse(MouseEvent(.doublePress, at: Point(row: 4, column: 3))),
      .mouse(MouseEvent(.wheelDown, at: Point(row: 4, column: 60))),
    ]
    let start = make(Size(rows: 12, columns: 60))
    for key in characters + named {
      var state = start
      for next in [key, .down, .enter] { _ = reduce(&state, .key(next, at: state.now)) }
      #expect(render(state).screen.size == state.size)
    }
  }
}
