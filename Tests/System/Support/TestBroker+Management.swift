import TestSupport

extension TestBroker {
    /// What `rabbitmq-plugins enable rabbitmq_management` does, on a port of our own.
    /// - Returns: the API's URL.
    func startManagement() async throws -> String {
        let port = freePort()
        try await control(
            "eval",
            """
            [code:add_pathz(D) || D <- filelib:wildcard(filename:dirname(code:lib_dir(rabbit)) ++ "/*/ebin")],
            application:set_env(rabbitmq_management, tcp_config, [{port, \(port)}, {ip, "127.0.0.1"}]),
            {ok, _} = application:ensure_all_started(rabbitmq_management).
            """)
        return "http://127.0.0.1:\(port)"
    }
}
