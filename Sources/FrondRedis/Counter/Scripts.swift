/// Every Lua text of this backend. Each runs as one step: nothing comes between its reads and its write.
///
/// The hash of a tag holds a range of numbers, `first` to `first + size - 1`, of which `used` are given out; in which
/// `cycle` of the tag; and the `run` that it belongs to: the server process, and the reign of that process as a
/// primary. A process that starts, and a replica that becomes a primary, has another run than the process that wrote
/// the data that it holds, so that data which may be old is never believed. `check` tells a hash that was edited by
/// hand.
///
/// A hash that is replaced is overwritten and never deleted first: in a cluster a script may not touch a key that is
/// missing while its slot is on the move, and would end with nothing in the hash's place.
///
/// Lua computes in floating point, so that only `size` and `used`, which are at most 10^12, are numbers here.
enum Script: CaseIterable, Sendable {
    /// Gives out the next numbers. Arguments: how many are wanted.
    case draw
    /// Puts a new range in the place of the one that was seen, and gives out its first numbers. Arguments: the mark of
    /// what was seen, cycle, first, size, how many are wanted.
    case install

    var text: String {
        switch self {
        case .draw: Self.reading + Self.giving + Self.drawing
        case .install: Self.reading + Self.giving + Self.installing
        }
    }

    /// Reads what is under the key. The mark stands for a range, whatever is used of it, or for a damaged hash as it
    /// is.
    private static let reading = """
        local key = KEYS[1]
        local function find(section, pattern)
            return string.match(redis.call('INFO', section), pattern)
        end
        local process, reign = find('server', 'run_id:(%x+)'), find('replication', 'master_replid:(%x+)')
        if not process then return {'unsupported'} end
        if find('replication', 'role:(%a+)') ~= 'master' then return {'replica'} end
        local run = process .. '-' .. (reign or '')

        local function checksum(state)
            return redis.sha1hex(table.concat({state.run, state.cycle, state.first, state.size, state.used}, '|'))
        end
        local function read()
            local kind = redis.call('TYPE', key).ok
            if kind == 'none' then return 'missing', '' end
            if kind ~= 'hash' then return 'type', kind end
            local v = redis.call('HMGET', key, 'run', 'cycle', 'first', 'size', 'used', 'check')
            for i = 1, 6 do v[i] = v[i] or '' end
            local state = {run = v[1], cycle = v[2], first = v[3], size = v[4], used = v[5]}
            if checksum(state) ~= v[6] then return 'damaged', redis.sha1hex(table.concat(v, '|')) end
            local mark = table.concat({state.run, state.cycle, state.first, state.size}, '|')
            if state.run ~= run then return 'other', mark end
            return 'range', mark, state
        end

        """

    private static let giving = """
        local function give(state, mark, wanted)
            local used, size = tonumber(state.used), tonumber(state.size)
            if used >= size then return {'exhausted', mark, state.cycle, state.first, state.size} end
            local taken = math.min(wanted, size - used)
            state.used = string.format('%.0f', used + taken)
            redis.call('HSET', key, 'run', state.run, 'cycle', state.cycle, 'first', state.first, 'size', state.size,
                'used', state.used, 'check', checksum(state))
            return {'given', mark, state.cycle, state.first, state.size, used, taken}
        end

        """

    private static let drawing = """
        local found, mark, state = read()
        if found ~= 'range' then return {found, mark} end
        return give(state, mark, tonumber(ARGV[1]))
        """

    private static let installing = """
        local found, mark = read()
        if found == 'type' then return {found, mark} end
        if mark ~= ARGV[1] then return {'changed'} end
        local state = {run = run, cycle = ARGV[2], first = ARGV[3], size = ARGV[4], used = '0'}
        return give(state, table.concat({run, state.cycle, state.first, state.size}, '|'), tonumber(ARGV[5]))
        """
}
