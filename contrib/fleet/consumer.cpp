// contrib/fleet/consumer: prints the end of each payment, one JSON object a line. Start it several times with one name:
// the copies share the messages (a queue group), and what one did not acknowledge goes to another. An example to copy
// from; README.md beside it has the rules that a consumer follows.
//   consumer [URL [NAME [STREAM]]]
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include <nats/nats.h>
#include <nlohmann/json.hpp>

namespace {

void need(natsStatus status, const std::string& what) {
    if (status == NATS_OK)
        return;
    natsStatus last = NATS_OK;
    const char* text = nats_GetLastError(&last);
    const std::string why = last == status && text && *text ? text : natsStatus_GetText(status); // (jsm.c:7): TEXT
    std::fprintf(stderr, "consumer: %s: %s\n", what.c_str(), why.c_str() + (why[0] == '(' ? why.find(' ') + 1 : 0));
    std::exit(1);
}

/// Replace this. It must stand a second call with the same message: an acknowledgement may be lost. Messages of one
/// payment may come to different copies, and so out of order: keep the sequence with what you store, and let no lower
/// one replace a higher one. Account by node and attempt_id: a payment_index may move to another subject.
void handle(std::uint64_t sequence, const std::string& node, const nlohmann::json& payment) {
    if (payment.value("status", "IN_FLIGHT") == "IN_FLIGHT")
        return;
    nlohmann::ordered_json line{{"sequence", sequence}, {"node", node}};
    for (const auto* name : {"payment_hash", "payment_index", "status", "value_msat", "fee_msat", "failure_reason"})
        line[name] = payment.at(name);
    std::printf("%s\n", line.dump().c_str());
    std::fflush(stdout);
}

/// Joins the other copies. All of them make the consumer with the same subject for its messages, so it does not matter
/// who is first: a subject of each one's own (as js_SubscribeSync would choose it) is replaced by the next copy's, and
/// the first one hears nothing any more.
natsStatus join(natsSubscription** subscription, jsCtx* js, const std::string& stream, const std::string& name) {
    const char* filter = "lightning.*.payment.*.*";
    const std::string inbox = "_INBOX." + stream + '.' + name;
    jsSubOptions how;
    jsSubOptions_Init(&how);
    how.Stream = stream.c_str();
    how.Consumer = how.Queue = name.c_str(); // shared with other copies
    jsErrCode error{};
    jsConsumerInfo* info = nullptr;
    auto status = js_GetConsumerInfo(&info, js, how.Stream, how.Consumer, nullptr, &error);
    if (status == NATS_NOT_FOUND && error == JSConsumerNotFoundErr) {
        jsConsumerConfig config;
        jsConsumerConfig_Init(&config);
        config.Durable = config.DeliverGroup = name.c_str(); // the server keeps its position
        config.DeliverSubject = inbox.c_str();
        config.FilterSubject = filter;
        config.AckPolicy = js_AckExplicit;
        config.AckWait = 30'000'000'000;
        status = js_AddConsumer(&info, js, how.Stream, &config, nullptr, nullptr);
    }
    jsConsumerInfo_Destroy(info);
    return status == NATS_OK ? js_SubscribeSync(subscription, js, filter, nullptr, &how, nullptr) : status;
}

/// A cluster without a majority may answer, but the consumer has no leader.
bool answers(natsConnection* connection, jsCtx* js, const std::string& stream, const std::string& name) {
    jsConsumerInfo* info = nullptr;
    const bool good = natsConnection_Status(connection) == NATS_CONN_STATUS_CONNECTED &&
                      js_GetConsumerInfo(&info, js, stream.c_str(), name.c_str(), nullptr, nullptr) == NATS_OK &&
                      (!info->Cluster || info->Cluster->Leader);
    jsConsumerInfo_Destroy(info);
    return good;
}

} // namespace

int main(int argc, char** argv) {
    const std::string url = argc > 1 ? argv[1] : "nats://127.0.0.1:4222", name = argc > 2 ? argv[2] : "example",
                      stream = argc > 3 ? argv[3] : "LIGHTNING";
    natsOptions* options = nullptr;
    natsConnection* connection = nullptr;
    jsCtx* js = nullptr;
    need(natsOptions_Create(&options), "options");
    need(natsOptions_SetURL(options, url.c_str()), url);
    need(natsOptions_SetMaxReconnect(options, -1), "options"); // for ever
    need(natsConnection_Connect(&connection, options), url);
    need(natsConnection_JetStream(&js, connection, nullptr), "JetStream");
    natsSubscription* subscription = nullptr;
    auto joined = join(&subscription, js, stream, name);
    for (int again = 0; joined != NATS_OK && again < 5; ++again) { // the servers may be busy, or starting
        nats_Sleep(500);
        joined = join(&subscription, js, stream, name);
    }
    need(joined, stream);
    auto heard = std::time(nullptr);
    bool silent = false;
    for (;;) {
        natsMsg* message = nullptr;
        jsMsgMetaData* meta = nullptr;
        if (natsSubscription_NextMsg(&message, subscription, 1000) == NATS_OK &&
            natsMsg_GetMetaData(&meta, message) == NATS_OK) {
            const std::string subject = natsMsg_GetSubject(message); // lightning.NODE.payment.HASH.INDEX
            const std::string_view body(natsMsg_GetData(message), std::size_t(natsMsg_GetDataLength(message)));
            try {
                handle(meta->Sequence.Stream, subject.substr(10, subject.find('.', 10) - 10),
                       nlohmann::json::parse(body));
            } catch (const nlohmann::json::exception&) {
                std::fprintf(stderr, "consumer: ignoring message %llu: no payment as JSON\n",
                             static_cast<unsigned long long>(meta->Sequence.Stream));
            }
            natsMsg_Ack(message, nullptr); // only now
        }
        if (const auto now = std::time(nullptr);
            message || (now - heard >= 5 && answers(connection, js, stream, name))) {
            if (silent)
                std::fprintf(stderr, "consumer: the stream answers again\n");
            heard = now;
            silent = false;
        } else if (now - heard >= 10 && !silent) {
            std::fprintf(stderr, "consumer: no answer from the stream for %lld s: waiting\n",
                         static_cast<long long>(now - heard));
            silent = true;
        }
        need(natsConnection_IsClosed(connection) ? NATS_CONNECTION_CLOSED : NATS_OK, url); // the login was refused
        jsMsgMetaData_Destroy(meta);
        natsMsg_Destroy(message);
    }
}
