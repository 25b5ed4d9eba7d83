/// Numbers that were reserved for several callers, handed to one after the other.
package struct NumberSupply: Sendable {
    private var runs: [NumberRun]
    /// The first run that is not used up.
    private var position = 0
    /// The count of the numbers that are left.
    package private(set) var count: Int64

    package init(_ runs: [NumberRun] = []) {
        self.runs = runs
        count = runs.reduce(0) { $0 + $1.count }
    }

    /// Adds numbers behind those that are left.
    package mutating func append(_ more: [NumberRun]) {
        runs += more
        count = more.reduce(count) { $0 + $1.count }
    }

    /// Takes the next numbers: `wanted` of them, or all that are left where those are fewer.
    package mutating func take(_ wanted: Int64) -> [NumberRun] {
        var missing = min(wanted, count)
        var taken: [NumberRun] = []
        count -= missing
        while missing > 0 {
            let run = runs[position]
            let part = min(missing, run.count)
            taken.append(NumberRun(first: run.first, count: part, stride: run.stride))
            if part == run.count {
                position += 1
            } else {
                runs[position] = NumberRun(first: run[part], count: run.count - part, stride: run.stride)
            }
            missing -= part
        }
        return taken
    }
}
