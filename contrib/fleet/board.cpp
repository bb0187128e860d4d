// The payments of many nodes, from their stream alone. An example to copy from: README.md has the rules for consumers.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <getopt.h>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

#include <nats/nats.h>
#include <nlohmann/json.hpp>

struct Payment {
    std::string node, hash, status;
    std::vector<std::string> keys; // its subject, and each attempt with its node
    long long changed = 0, msat = 0;
};

struct Board {
    std::map<unsigned long, Payment> in_flight, ended; // the oldest change first
    std::map<std::string, long long> heard;            // when each node last published
    std::map<std::string, unsigned long> ids;
    unsigned long next = 0;

    void take(std::string subject, std::string status, std::string list, const nlohmann::json& body, long long now) {
        const auto at = subject.find(".payment.", 10); // lightning.NODE.payment.HASH.INDEX, and .deleted
        Payment payment{subject.substr(10, at - 10), subject.substr(at + 9, 64), status, {subject}, now};
        heard[payment.node] = heard["all"] = now;
        if (subject.ends_with(".deleted")) {
            const auto known = ids.find(subject.substr(0, subject.size() - 8));
            if (known != ids.end() && in_flight.contains(known->second) && body.value("remaining", 1) == 0)
                erase(known->second);
            return;
        }
        for (list += list.empty() ? "" : ","; !list.empty(); list.erase(0, list.find(',') + 1)) // 5F15r,6Sr
            payment.keys.push_back(payment.node + '/' + std::to_string(std::atoll(list.c_str())));
        // The newest message counts. If the payment's index has moved, one of its attempts is known.
        for (const auto& key : payment.keys) {
            if (const auto known = ids.find(key); known != ids.end() && known->second != next)
                erase(known->second);
            ids[key] = next;
        }
        payment.msat = body.is_object() ? std::atoll(body.value("value_msat", "0").c_str()) : 0; // not Protocol Buffers
        (status == "IN_FLIGHT" ? in_flight : ended).emplace(next++, std::move(payment));
    }
    void erase(unsigned long id) {
        const auto old = (in_flight.contains(id) ? in_flight : ended).extract(id);
        for (const auto& key : old.mapped().keys)
            ids.erase(key);
    }
    void draw(const char* head, long long now, int stuck, long long silent) {
        std::map<std::string, unsigned long[3]> rows; // in flight, succeeded, failed
        for (const auto* payments : {&in_flight, &ended})
            for (const auto& [_, payment] : *payments)
                for (const auto& name : {payment.node, std::string("all")})
                    ++rows[name][payments == &in_flight ? 0 : payment.status == "SUCCEEDED" ? 1 : 2];
        std::printf("%snode         in flight  succeeded     failed   rate   of 24 hours, last message\n", head);
        for (const auto& [node, last] : heard) {
            const auto& [open, good, bad] = rows[node];
            const auto rate = good + bad ? std::to_string(100 * good / (good + bad)) + " %" : "-";
            std::printf("%-12.12s %9lu %10lu %10lu %6s %5lld s ago\n", node.c_str(), open, good, bad, rate.c_str(),
                        now - last);
        }
        std::printf("in flight without a change for %d minutes, if any:\n", stuck);
        for (const auto& [_, one] : in_flight)
            if (const auto minutes = (now - one.changed) / 60; minutes >= stuck)
                std::printf("%.12s %s %lld msat, %lld min\n", one.node.c_str(), one.hash.c_str(), one.msat, minutes);
        if (silent > 5)
            std::printf("no answer from the stream for %lld s\n", silent);
        std::fflush(stdout);
    }
};

void need(natsStatus status, const std::string& what) {
    if (status == NATS_OK)
        return;
    natsStatus last = NATS_OK;
    const char* text = nats_GetLastError(&last);
    const std::string why = last == status && text && *text ? text : natsStatus_GetText(status); // (jsm.c:7): TEXT
    std::fprintf(stderr, "board: %s: %s\n", what.c_str(), why.c_str() + (why[0] == '(' ? why.find(' ') + 1 : 0));
    std::exit(1);
}

std::string header(natsMsg* message, const char* name) {
    const char* value = nullptr;
    return natsMsgHeader_Get(message, name, &value) == NATS_OK ? value : "";
}

int main(int argc, char** argv) {
    std::map<int, std::string> set{{'u', "nats://127.0.0.1:4222"}, {'n', "LIGHTNING"}, {'s', "10"}};
    const option known[] = {{"url", 1, nullptr, 'u'},   {"stream", 1, nullptr, 'n'}, {"stuck", 1, nullptr, 's'},
                            {"creds", 1, nullptr, 'c'}, {"once", 0, nullptr, 'o'},   {}};
    for (int c; (c = getopt_long(argc, argv, "", known, nullptr)) != -1; set[c] = optarg ? optarg : "")
        if (c == '?')
            return 2;
    natsOptions* options = nullptr;
    natsConnection* connection = nullptr;
    jsCtx* js = nullptr;
    need(natsOptions_Create(&options), "options");
    need(natsOptions_SetURL(options, set['u'].c_str()), set['u']);
    need(natsOptions_SetMaxReconnect(options, -1), "options"); // for ever
    if (set.contains('c'))
        need(natsOptions_SetUserCredentialsFromFiles(options, set['c'].c_str(), nullptr), set['c']);
    need(natsConnection_Connect(&connection, options), set['u']);
    need(natsConnection_JetStream(&js, connection, nullptr), "JetStream");
    jsSubOptions how;
    jsSubOptions_Init(&how);
    how.Stream = set['n'].c_str();
    how.Ordered = true; // in order, and made again after each interruption
    how.Config.DeliverPolicy = js_DeliverLastPerSubject;
    natsSubscription* subscription = nullptr;
    need(js_SubscribeSync(&subscription, js, "lightning.*.payment.>", nullptr, &how, nullptr), "stream " + set['n']);
    jsConsumerInfo* info = nullptr;
    need(natsSubscription_GetConsumerInfo(&info, subscription, nullptr, nullptr), "stream " + set['n']);
    Board board;
    bool read_all = info->NumPending + info->Delivered.Consumer == 0; // everything that was there at the start
    for (long long drawn = 0, heard = std::time(nullptr); !drawn || !set.contains('o');) {
        natsMsg* message = nullptr;
        jsMsgMetaData* meta = nullptr;
        if (natsSubscription_NextMsg(&message, subscription, 200) == NATS_OK &&
            natsMsg_GetMetaData(&meta, message) == NATS_OK) {
            const std::string_view body(natsMsg_GetData(message), std::size_t(natsMsg_GetDataLength(message)));
            try {
                board.take(natsMsg_GetSubject(message), header(message, "Trackpayments-Status"),
                           header(message, "Trackpayments-Attempts"), nlohmann::json::parse(body, nullptr, false),
                           meta->Timestamp / 1'000'000'000);
            } catch (const nlohmann::json::exception&) {
                std::fprintf(stderr, "board: ignoring a message of somebody else\n");
            }
            read_all = read_all || meta->NumPending == 0;
        }
        const auto now = std::time(nullptr);
        jsStreamInfo* state = nullptr; // a cluster without a majority may answer, but it has no leader
        if (message || (now - heard > 2 && natsConnection_Status(connection) == NATS_CONN_STATUS_CONNECTED &&
                        js_GetStreamInfo(&state, js, set['n'].c_str(), nullptr, nullptr) == NATS_OK &&
                        (!state->Cluster || state->Cluster->Leader)))
            heard = now;
        jsStreamInfo_Destroy(state);
        need(now - heard > 5 && set.contains('o') ? NATS_TIMEOUT : NATS_OK, "no answer from stream " + set['n']);
        need(natsConnection_IsClosed(connection) ? NATS_CONNECTION_CLOSED : NATS_OK, set['u']); // the login was refused
        jsMsgMetaData_Destroy(meta);
        natsMsg_Destroy(message);
        while (!board.ended.empty() && // memory has a limit
               (board.ended.begin()->second.changed < now - 24 * 3600 || board.ended.size() > 100'000))
            board.erase(board.ended.begin()->first);
        if ((read_all || now - heard > 5) && now != drawn)
            board.draw(isatty(1) ? "\x1b[H\x1b[J" : "", drawn = now, std::atoi(set['s'].c_str()), now - heard);
    }
}
