/// The commands that every service understands.
enum CommonCommands {
    static func entries(of service: String) -> [HandlerEntry] {
        ParkedCommands.entries(of: service) + [
            BackupCommand.entry(of: service), ResyncCommand.entry(of: service), ClockCommand.entry(of: service),
            SendAgainCommand.entry(of: service),
        ]
    }
}
