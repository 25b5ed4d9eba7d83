import Testing

@testable import FrondBench

struct ReportTextTests {
    @Test("columns are aligned") func columnsAreAligned() {
        var table = TextColumns(header: ["name", "n"])
        table.add(["a", "100"])
        #expect(table.description == "name    n\na     100")
    }

    @Test(
        "numbers have the given number of decimals",
        arguments: [
            (12.5, 2, "12.50"), (0.996, 2, "1.00"), (0.05, 1, "0.1"), (-1.25, 1, "-1.3"), (7.4, 0, "7"),
            (-0.001, 2, "0.00"),
        ])
    func numbersHaveThatManyPlaces(value: Double, places: Int, text: String) {
        #expect(decimal(value, places: places) == text)
    }
}
