/// Services that are ended while sales are under way.
extension Scenario {
    static let deathsUnderLoad: [Scenario] = [
        Scenario(name: "settlement killed amid sales", isQuick: true, deaths: ["settlement": [137]]) { mart in
            try await mart.answeredMore(60)
            try await mart.kill("settlement")
        }
    ]
}
