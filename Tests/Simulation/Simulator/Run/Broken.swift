/// A law does not hold, or the simulation itself is wrong.
struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
