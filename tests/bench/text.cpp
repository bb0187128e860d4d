#include "text.hpp"

#include <fstream>
#include <stdexcept>
#include <utility>

namespace bench {

namespace {

constexpr std::uint64_t odd = 0x9E3779B97F4A7C15ULL;
constexpr char mark = '\1';

constexpr std::uint64_t inverse_of_odd() {
    std::uint64_t inverse = odd; // each step of Newton's method doubles the number of right bits
    for (int i = 0; i < 6; ++i)
        inverse *= 2 - odd * inverse;
    return inverse;
}

std::uint64_t mix(std::uint64_t x) {
    x ^= x >> 30;
    x *= 0xBF58476D1CE4E5B9ULL;
    x ^= x >> 27;
    return x * 0x94D049BB133111EBULL;
}

void append_hex(std::string& to, std::uint64_t number) {
    for (int shift = 60; shift >= 0; shift -= 4)
        to += "0123456789abcdef"[(number >> shift) & 15];
}

void append_digest(std::string& to, std::uint64_t payment, std::uint64_t salt) {
    append_hex(to, (payment + salt) * odd);
    for (std::uint64_t number = 1; number < 4; ++number)
        append_hex(to, mix(payment + number + salt));
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); !what.empty() && at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

std::string number_member(const char* name, const json& row) {
    return row.contains(name) ? "\"" + std::string(name) + "\":" + row[name].dump() : "";
}

} // namespace

std::string hash_of(std::uint64_t payment) {
    std::string hash;
    append_digest(hash, payment, 0);
    return hash;
}

std::string secret_of(std::uint64_t payment) {
    return hash_of(payment + 1);
}

std::uint64_t payment_of(std::string_view hash) {
    return std::stoull(std::string(hash.substr(0, 16)), nullptr, 16) * inverse_of_odd();
}

std::uint64_t group_of(std::uint64_t payment) {
    return 1'104'359'962'472'209'602ULL + payment;
}

Text::Text(const json& message, const json& row) {
    auto text = message.dump();
    const auto slot = [](Slot which) { return std::string{mark, static_cast<char>('a' + static_cast<int>(which))}; };
    const auto number = [&](const char* name, Slot which) {
        replace_all(text, number_member(name, row), "\"" + std::string(name) + "\":" + slot(which));
    };
    replace_all(text, row["payment_hash"], slot(Slot::hash));
    replace_all(text, row.value("payment_preimage", ""), slot(Slot::preimage));
    const auto invoice = row.value("bolt11", "");
    if (!invoice.empty()) {
        replace_all(text, invoice, slot(Slot::invoice));
        invoice_.emplace(invoice);
    }
    number("groupid", Slot::group);
    number("partid", Slot::part);
    number("created_index", Slot::created);
    number("id", Slot::created);
    number("updated_index", Slot::updated);
    number("created_at", Slot::seconds);
    number("completed_at", Slot::seconds);

    std::size_t from = 0;
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, from)) {
        pieces_.push_back({text.substr(from, at - from), static_cast<Slot>(text[at + 1] - 'a')});
        from = at + 2;
    }
    pieces_.push_back({text.substr(from), Slot::none});
}

void Text::append(std::string& to, const Values& values) const {
    for (const auto& piece : pieces_) {
        to += piece.text;
        switch (piece.then) {
        case Slot::none:
            break;
        case Slot::hash:
            append_digest(to, values.payment, 0);
            break;
        case Slot::preimage:
            append_digest(to, values.payment, 1ULL << 40);
            break;
        case Slot::group:
            to += std::to_string(group_of(values.payment));
            break;
        case Slot::part:
            to += std::to_string(values.part);
            break;
        case Slot::created:
            to += std::to_string(values.created);
            break;
        case Slot::updated:
            to += std::to_string(values.updated);
            break;
        case Slot::seconds:
            to += std::to_string(values.seconds);
            break;
        case Slot::invoice:
            invoice_->append(to, hash_of(values.payment), secret_of(values.payment));
            break;
        }
    }
}

std::vector<Recorded> read_recording(const std::string& file) {
    std::ifstream lines(file);
    std::vector<Recorded> all;
    for (std::string line; std::getline(lines, line);) {
        auto entry = json::parse(line);
        all.push_back({entry["dir"], std::move(entry["msg"])});
    }
    if (all.empty())
        throw std::runtime_error("no recording " + file);
    return all;
}

std::string method_of(const json& message) {
    return message.is_object() ? message.value("method", "") : "";
}

json recorded_row(const std::vector<Recorded>& recording, std::string_view wanted) {
    json row;
    for (const auto& entry : recording) {
        const auto method = method_of(entry.message);
        if (entry.direction != "to_plugin" || (!wanted.empty() && method != wanted))
            continue;
        if (method == "sendpay_success")
            row = entry.message["params"][method];
        if (method == "sendpay_failure")
            row = pending(entry.message["params"][method]["data"]);
    }
    if (row.is_null())
        throw std::runtime_error("no row in the recording");
    row["updated_index"] = row["created_index"];
    row["completed_at"] = row["created_at"];
    return row;
}

json pending(json row) {
    for (const char* name :
         {"updated_index", "completed_at", "payment_preimage", "erring_index", "failcode", "failcodename",
          "erring_channel", "erring_direction", "erring_node", "raw_message", "onionreply"})
        row.erase(name);
    row["status"] = "pending";
    return row;
}

json failed(json row) {
    row.erase("payment_preimage");
    row["status"] = "failed";
    return row;
}

} // namespace bench
