#include "node.hpp"

#include <algorithm>
#include <ctime>
#include <stdexcept>

namespace bench {

namespace {

constexpr const char* both_counters[] = {"created", "updated"};

constexpr const char* info =
    R"({"id":"0266e4598d1d3c415f572a8488830b60f7e744ed9235eb0b1ba93283b315c03518","blockheight":108})";

std::string reply(const std::string& id, const std::string& result) {
    return R"({"jsonrpc":"2.0","id":")" + id + R"(","result":)" + result + "}\n\n";
}

} // namespace

Node::Kind::Kind(const json& row)
    : pending(bench::pending(row), row),
      complete(row, row),
      failed(bench::failed(row), row),
      amount(row["amount_msat"]) {}

Node::Node(const std::vector<json>& rows) : start_(time(nullptr)) {
    for (const auto& row : rows)
        kinds_.emplace_back(row);
}

std::uint64_t Node::pay(std::size_t parts, std::size_t kind) {
    const auto payment = static_cast<std::uint32_t>(payments_.size());
    payments_.push_back({static_cast<std::uint32_t>(rows_.size() + 1), static_cast<std::uint16_t>(parts),
                         static_cast<std::uint16_t>(kind)});
    for (std::size_t i = 0; i < parts; ++i)
        rows_.push_back({payment, 0, 0, Status::pending});
    return payment;
}

void Node::history(std::size_t payments, std::size_t every) {
    for (std::size_t i = 0; i < payments; ++i) {
        pay();
        rows_.back().age = static_cast<std::int32_t>(100 + payments - i);
        if (i % every != every / 2)
            end(rows_.size(), Status::complete);
    }
}

void Node::end(std::uint64_t created, Status status) {
    auto& row = rows_[created - 1];
    updates_.push_back(static_cast<std::uint32_t>(created));
    row.updated = static_cast<std::uint32_t>(updates_.size());
    row.status = status;
}

Values Node::values(std::uint64_t created) const {
    const auto& row = rows_[created - 1];
    return {row.payment, created - payments_[row.payment].first + 1, created, row.updated, start_ - row.age};
}

void Node::append_row(std::string& to, std::uint64_t created) {
    if (to.back() != '[')
        to += ',';
    const auto status = rows_[created - 1].status;
    const auto& kind = kinds_[this->kind(created)];
    const auto& text = status == Status::pending    ? kind.pending
                       : status == Status::complete ? kind.complete
                                                    : kind.failed;
    text.append(to, values(created));
    ++rows_sent_;
}

std::string Node::list(const json& params) {
    std::string text = R"({"payments":[)";
    const auto start = params.value("start", std::uint64_t{1});
    const auto limit = params.value("limit", std::uint64_t{UINT64_MAX});
    const auto status = params.value("status", "");
    if (params.contains("payment_hash")) {
        const auto payment = payment_of(params["payment_hash"].get<std::string>());
        if (payment < payments_.size())
            for (std::uint64_t i = 0; i < payments_[payment].parts; ++i)
                append_row(text, payments_[payment].first + i);
    } else if (params.value("index", "created") == "updated") {
        std::uint64_t sent = 0;
        for (std::uint64_t at = 1; start == 0 && at <= rows_.size() && sent < limit; ++at)
            if (rows_[at - 1].updated == 0) {
                append_row(text, at);
                ++sent;
            }
        for (std::uint64_t at = std::max<std::uint64_t>(start, 1); at <= updates_.size() && sent < limit; ++at)
            if (rows_[updates_[at - 1] - 1].updated == at) {
                append_row(text, updates_[at - 1]);
                ++sent;
            }
    } else {
        std::uint64_t sent = 0;
        for (std::uint64_t at = start; at <= rows_.size() && sent < limit; ++at)
            if (status.empty() || rows_[at - 1].status == Status::pending) {
                append_row(text, at);
                ++sent;
            }
    }
    return text + "]}";
}

std::uint64_t Node::counter(const std::string& index) const {
    return index == "created" ? rows_.size() : index == "updated" ? updates_.size() : 0;
}

std::string Node::details(const Wait& wait) const {
    const auto created = wait.index == "created" ? wait.next : updates_[wait.next - 1];
    const auto status = rows_[created - 1].status;
    const auto row = values(created);
    return R"({"status":")" +
           std::string(status == Status::pending    ? "pending"
                       : status == Status::complete ? "complete"
                                                    : "failed") +
           R"(","partid":)" + std::to_string(row.part) + R"(,"groupid":)" + std::to_string(group_of(row.payment)) +
           R"(,"payment_hash":")" + hash_of(row.payment) + "\"}";
}

void Node::wait(Wait wait) {
    const auto now = counter(wait.index);
    if (now < wait.next)
        return waits_.push_back(std::move(wait));
    std::string result = R"({"subsystem":"sendpays",")" + wait.index + "\":" + std::to_string(now);
    if (now == wait.next && now > 0) // a single event: lightningd describes it, under two names
        result += R"(,"details":)" + details(wait) + R"(,"sendpays":)" + details(wait);
    result += '}';
    say(reply(wait.id, result));
}

bool Node::waited_for() const {
    return std::all_of(std::begin(both_counters), std::end(both_counters), [this](const char* index) {
        return std::any_of(waits_.begin(), waits_.end(), [&](const Wait& wait) { return wait.index == index; });
    });
}

void Node::fire() {
    for (auto& wait : std::exchange(waits_, {}))
        this->wait(std::move(wait));
}

std::string Node::result(const std::string& method, const json& params) {
    if (method == "getinfo")
        return info;
    if (method == "listsendpays")
        return list(params);
    if (method == "decode") {
        const auto payment = payment_of(hash_in(params[0].get<std::string>()));
        return R"({"type":"bolt11 invoice","payment_hash":")" + hash_of(payment) + R"(","amount_msat":)" +
               std::to_string(kinds_[payments_[payment].kind].amount) + R"(,"payment_secret":")" + secret_of(payment) +
               R"(","valid":true})";
    }
    if (method == "listpays") {
        const auto& payment = payments_[payment_of(params["payment_hash"].get<std::string>())];
        const auto status = rows_[payment.first + payment.parts - 2].status;
        return R"({"pays":[{"created_index":)" + std::to_string(payment.first) + R"(,"status":")" +
               (status == Status::pending  ? "pending"
                : status == Status::failed ? "failed"
                                           : "complete") +
               "\"}]}";
    }
    throw std::runtime_error("the plugin calls " + method);
}

void Node::call(std::string_view text) {
    const auto request = json::parse(text);
    const std::string id = request["id"];
    const std::string method = request["method"];
    const auto& params = request["params"];
    ++calls_;
    if (method == "wait")
        return wait({id, params["indexname"], params["nextvalue"]});
    if (method == "waitsendpay") // waitsendpay asks why a part failed: unknown
        return say(R"({"jsonrpc":"2.0","id":")" + id +
                   R"(","error":{"code":-1,"message":"unknown"}})"
                   "\n\n");
    say(reply(id, result(method, params)));
}

} // namespace bench
