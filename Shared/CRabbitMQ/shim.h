#ifndef C_RABBITMQ_SHIM_H
#define C_RABBITMQ_SHIM_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <openssl/err.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

// Only what Swift cannot import, each with its reason.

/// `amqp_login_with_properties` is variadic, and Swift calls no variadic C function.
static inline amqp_rpc_reply_t crabbitmq_login_plain(
    amqp_connection_state_t connection, const char *virtual_host, int channel_max, int frame_max,
    int heartbeat_seconds, const amqp_table_t *client_properties, const char *user, const char *password) {
    return amqp_login_with_properties(
        connection, virtual_host, channel_max, frame_max, heartbeat_seconds, client_properties,
        AMQP_SASL_METHOD_PLAIN, user, password);
}

/// `eventfd` and its flags are not in Swift's Glibc module. Returns -1 on failure (see errno).
static inline int crabbitmq_eventfd_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/// Adds one to the counter: a poll on it returns. Kept beside the function above; failure means it is signalled already.
static inline void crabbitmq_eventfd_signal(int descriptor) {
    uint64_t one = 1;
    (void)!write(descriptor, &one, sizeof one);
}

/// Sets the counter to zero again.
static inline void crabbitmq_eventfd_clear(int descriptor) {
    uint64_t count;
    (void)!read(descriptor, &count, sizeof count);
}

/// `prctl` is variadic, and `pthread_setname_np` is not in Swift's Glibc module. Names the calling thread, at most 15 bytes.
static inline void crabbitmq_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Why TLS failed last on this thread, in OpenSSL's words, which librabbitmq does not pass on; NULL if it did not. Forgets it. Kept here so
/// that Swift need not see all of OpenSSL.
static inline const char *crabbitmq_take_tls_reason(void) {
    unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    return code == 0 ? NULL : ERR_reason_error_string(code);
}

/// The method numbers are macros with a cast, which Swift does not import.
enum {
    CRABBITMQ_CONNECTION_BLOCKED = AMQP_CONNECTION_BLOCKED_METHOD,
    CRABBITMQ_CONNECTION_UNBLOCKED = AMQP_CONNECTION_UNBLOCKED_METHOD,
    CRABBITMQ_CONNECTION_CLOSE = AMQP_CONNECTION_CLOSE_METHOD,
    CRABBITMQ_CHANNEL_CLOSE = AMQP_CHANNEL_CLOSE_METHOD,
    CRABBITMQ_CHANNEL_CLOSE_OK = AMQP_CHANNEL_CLOSE_OK_METHOD,
    CRABBITMQ_EXCHANGE_DECLARE = AMQP_EXCHANGE_DECLARE_METHOD,
    CRABBITMQ_QUEUE_DECLARE = AMQP_QUEUE_DECLARE_METHOD,
    CRABBITMQ_QUEUE_BIND = AMQP_QUEUE_BIND_METHOD,
    CRABBITMQ_BASIC_CLASS = AMQP_BASIC_CLASS,
    CRABBITMQ_BASIC_PUBLISH = AMQP_BASIC_PUBLISH_METHOD,
    CRABBITMQ_BASIC_QOS = AMQP_BASIC_QOS_METHOD,
    CRABBITMQ_BASIC_QOS_OK = AMQP_BASIC_QOS_OK_METHOD,
    CRABBITMQ_BASIC_CONSUME = AMQP_BASIC_CONSUME_METHOD,
    CRABBITMQ_BASIC_CONSUME_OK = AMQP_BASIC_CONSUME_OK_METHOD,
    CRABBITMQ_BASIC_CANCEL = AMQP_BASIC_CANCEL_METHOD,
    CRABBITMQ_BASIC_RETURN = AMQP_BASIC_RETURN_METHOD,
    CRABBITMQ_BASIC_DELIVER = AMQP_BASIC_DELIVER_METHOD,
    CRABBITMQ_BASIC_ACK = AMQP_BASIC_ACK_METHOD,
    CRABBITMQ_BASIC_NACK = AMQP_BASIC_NACK_METHOD,
};

#endif
