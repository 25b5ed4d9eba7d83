import Frond

/// Numbers that were claimed for several requests, given to one after the other.
struct RunSupply: Sendable {
    private var runs: [NumberRun]
    /// The first run that is not used up.
    private var position = 0
    private(set) var count: Int64

    init(_ runs: [NumberRun] = []) {
        self.runs = runs
        count = runs.reduce(0) { $0 + $1.count }
    }

    /// The next numbers.
    /// - Parameter wanted: 0 to ``count``.
    mutating func take(_ wanted: Int64) -> [NumberRun] {
        var missing = wanted
        var taken: [NumberRun] = []
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
        count -= wanted
        return taken
    }
}
