// One librabbitmq connection with one open channel; every failure ends the program.
#ifndef CONNECTION_H
#define CONNECTION_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what) {
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static void check_reply(amqp_connection_state_t connection, const char *what) {
    if (amqp_get_rpc_reply(connection).reply_type != AMQP_RESPONSE_NORMAL) fail(what);
}

static amqp_connection_state_t connect_to(const char *host, int port) {
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (socket == NULL || amqp_socket_open(socket, host, port) != AMQP_STATUS_OK) fail("connecting");
    amqp_rpc_reply_t reply = amqp_login(connection, "/", 1, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest");
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) fail("logging in");
    amqp_channel_open(connection, 1);
    check_reply(connection, "opening the channel");
    return connection;
}

static void consume(amqp_connection_state_t connection, const char *queue, uint16_t prefetch) {
    amqp_basic_qos(connection, 1, 0, prefetch, 0);
    check_reply(connection, "prefetch");
    amqp_basic_consume(connection, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check_reply(connection, "consuming");
}

// The next frame, or 0 after `milliseconds` without one.
static int next_frame(amqp_connection_state_t connection, amqp_frame_t *frame, int milliseconds) {
    struct timeval limit = {milliseconds / 1000, milliseconds % 1000 * 1000};
    int status = amqp_simple_wait_frame_noblock(connection, frame, &limit);
    if (status == AMQP_STATUS_TIMEOUT) return 0;
    if (status != AMQP_STATUS_OK) fail("reading");
    return 1;
}

#endif
