public import ServiceFramework

/// Every metric that all services have. Names and labels of messaging follow OpenTelemetry's semantic conventions in their Prometheus form;
/// what is a service's own stands in its index.
extension Metric {
    /// The order of the page and of the document.
    public static let common = [
        consumedMessages, rejectedCommands, parkedMessages, parkedNow, processDuration, batchSize, commitDuration, deliveryAge, inFlight,
        sentMessages,
        operationDuration, outboxSequence, outboxSentSequence, outboxPending, outboxAge, waiting, refusedReplies, setAside, brokerConnected,
        reconnects,
        blockedTime, timerRuns, storeSize, walSize, storeReadable, ready, unreadyReason, readDuration, processMemory, processTime,
        processStart,
    ]

    /// From a commit of a millisecond to a disk that hangs.
    private static let latencies = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private static let messaging = ["messaging_system", "messaging_operation_name", "messaging_destination_name"]

    // MARK: Messages in

    public static let consumedMessages = counter(
        "messaging_client_consumed_messages_total", "messages", by: messaging + ["message_type", "outcome"],
        "Messages judged and committed, by type and outcome (accepted, duplicate, rejected, parked).")
    public static let rejectedCommands = counter(
        "mart_rejected_commands_total", "messages", by: ["error_type"], "Commands answered with a business no, by the reply's code.")
    public static let parkedMessages = counter(
        "mart_parked_messages_total", "messages", by: ["error_type"], "Messages kept for a person, by the reason of /v1/parked.")
    public static let parkedNow = gauge("mart_parked_messages", "messages", "Parked messages that nobody has decided on.")
    public static let processDuration = histogram(
        "messaging_process_duration_seconds", "seconds", by: ["messaging_system", "messaging_operation_name"], bounds: latencies,
        "Time from taking a batch of deliveries to its commit.")
    public static let batchSize = histogram(
        "mart_batch_messages", "messages", bounds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], "Deliveries in one transaction.")
    public static let commitDuration = histogram(
        "mart_store_commit_duration_seconds", "seconds", bounds: latencies, "Time of the COMMIT of a batch, which waits for the disk.")
    public static let deliveryAge = gauge(
        "mart_delivery_age_seconds", "seconds",
        "Age of the oldest message of the last batch, by its own time, when it was committed: how far behind the queues are. 0 when nothing waits."
    )
    public static let inFlight = gauge("mart_in_flight_messages", "messages", "Deliveries taken and not yet committed.")

    // MARK: Messages out

    public static let sentMessages = counter(
        "messaging_client_sent_messages_total", "messages", by: messaging + ["error_type"],
        """
        Publishes that the broker has answered; mart.replies stands for all replies. error_type is empty when it has them, unrouted when they \
        came back and nobody need have them, unroutable when a consumer's queue was missing, failed when they were nacked or lost; the last two are sent again.
        """)
    public static let operationDuration = histogram(
        "messaging_client_operation_duration_seconds", "seconds", by: messaging, bounds: latencies,
        "Time from handing a batch of events to the publisher to the confirm of its last.")
    public static let outboxSequence = gauge("mart_outbox_sequence", "events", "Sequence of the last event committed.")
    public static let outboxSentSequence = gauge("mart_outbox_sent_sequence", "events", "Sequence up to which the broker has confirmed.")
    public static let outboxPending = gauge("mart_outbox_pending_events", "events", "Events committed and not yet confirmed.")
    public static let outboxAge = gauge(
        "mart_outbox_age_seconds", "seconds", "Age of the oldest event not yet confirmed; 0 when there is none.")
    public static let waiting = gauge("mart_waiting_messages", "messages", "Messages that wait for a fact of another service.")
    public static let refusedReplies = counter(
        "mart_refused_reply_destinations_total", "messages", "Commands whose reply_to no reply may go to.")
    public static let setAside = gauge(
        "mart_set_aside_messages", "messages", by: ["kind"],
        "Events and replies that the broker takes no way while it takes others, and that were passed over; an event's listeners lack it.")

    // MARK: Broker, clock and store

    public static let brokerConnected = gauge(
        "mart_broker_connected", "1", by: ["connection"], "1 while the connection is up and not blocked.")
    public static let reconnects = counter(
        "mart_broker_reconnects_total", "connections", by: ["connection"], "Connections to the broker after the first.")
    public static let blockedTime = counter(
        "mart_broker_blocked_seconds_total", "seconds", by: ["connection"], "Time in which the broker took no messages because of an alarm."
    )
    public static let timerRuns = counter(
        "mart_timer_runs_total", "runs", by: ["timer", "error_type"],
        "Times that a timer fired; error_type is failed where it threw and will be tried again.")
    public static let storeSize = gauge("mart_store_size_bytes", "bytes", "Size of the store's file.")
    public static let walSize = gauge("mart_store_wal_size_bytes", "bytes", "Size of the store's write-ahead log.")
    public static let storeReadable = gauge(
        "mart_store_readable", "1", "1 if the store could be read for this page; otherwise what is counted in it is left out.")

    // MARK: The process

    public static let ready = gauge("mart_ready", "1", "1 if /readyz answers 200.")
    public static let unreadyReason = gauge("mart_unready_reason", "1", by: ["reason"], "1 for each reason of /readyz that holds.")
    public static let readDuration = histogram(
        "http_server_request_duration_seconds", "seconds", by: ["http_request_method", "http_route", "http_response_status_code"],
        bounds: latencies, "Requests to the read side, by route and status; the route is empty where there is none.")
    public static let processMemory = gauge("process_resident_memory_bytes", "bytes", "Memory of the process that is in RAM.")
    public static let processTime = counter("process_cpu_seconds_total", "seconds", "Processor time, user and system.")
    public static let processStart = gauge("process_start_time_seconds", "seconds", "Start of the process, in seconds since 1970.")
}
