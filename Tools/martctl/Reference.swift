import ArgumentParser

/// `docs/martctl.md`: every command's help, as it is printed.
public enum MartctlReference {
    public static var markdown: String {
        """
        # martctl

        <!-- Generated from the commands' help by `make generate`. Do not edit. -->

        The operators' and testers' command. `eval "$(scripts/stack environment var/stack)"` puts it and the addresses of a stack into the
        environment of a shell; `make up` starts one.

        | exit code | meaning, of every command |
        |---|---|
        | 0 | done: accepted, or a duplicate of what was accepted |
        \(Failure.Code.allCases.map { "| \($0.rawValue) | \($0.meaning) |" }.joined(separator: "\n"))

        `--json` prints what a program wants, one JSON document or one per line. Errors are one line on standard error.

        Completions for a shell (commands, options, names of commands of the contract):

        ```sh
        martctl --generate-completion-script bash > ~/.local/share/bash-completion/completions/martctl
        martctl --generate-completion-script zsh > ~/.zfunc/_martctl        # with ~/.zfunc in fpath
        martctl --generate-completion-script fish > ~/.config/fish/completions/martctl.fish
        ```

        \(pages(below: Martctl.self, path: "martctl").joined(separator: "\n\n"))

        """
    }

    private static func pages(below parent: any ParsableCommand.Type, path: String) -> [String] {
        parent.configuration.subcommands.flatMap { command in
            let name = "\(path) \(command._commandName)"
            let help = Martctl.helpMessage(for: command, columns: 80)
            return ["## \(name)\n\n```\n\(trimmed(help))\n```"] + pages(below: command, path: name)
        }
    }

    /// Without spaces at line ends, and without the line about `--help`, which every command has.
    private static func trimmed(_ help: String) -> String {
        var lines = help.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return String(line)
        }
        lines.removeAll { $0.hasPrefix("  -h, --help") }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
