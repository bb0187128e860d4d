#include "journal.hpp"

#include "node.hpp"
#include "row_import.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace standin {

namespace {

json::Tree private_fields(const Row& row) {
    json::Tree fields = {{"total", row.total}};
    if (!row.extra)
        return fields;
    fields["sent_by"] = static_cast<int>(row.extra->sent_by);
    fields["hops"] = row.extra->hops;
    fields["nodes"] = row.extra->nodes;
    fields["channels"] = row.extra->channels;
    fields["directions"] = row.extra->directions;
    return fields;
}

json::Tree failure_fields(const PartFailure& failure) {
    return {{"code", failure.code},
            {"decoded", failure.decoded},
            {"failcode", failure.failcode},
            {"erring_index", failure.erring_index},
            {"erring_node", failure.erring_node},
            {"erring_channel", failure.erring_channel},
            {"erring_direction", failure.erring_direction},
            {"detail", failure.detail},
            {"onionreply", failure.onionreply}};
}

void read_private(Row& row, const json::Tree& fields) {
    row.total = fields.value("total", std::uint64_t{0});
    if (!fields.contains("sent_by"))
        return;
    row.extra->sent_by = static_cast<SentBy>(fields.value("sent_by", 0));
    row.extra->hops = fields.value("hops", std::size_t{0});
    row.extra->nodes = fields.value("nodes", std::vector<std::string>{});
    row.extra->channels = fields.value("channels", std::vector<std::string>{});
    row.extra->directions = fields.value("directions", std::vector<int>{});
}

std::shared_ptr<const PartFailure> read_failure(const json::Tree& fields) {
    PartFailure failure;
    failure.code = fields.value("code", 204);
    failure.decoded = fields.value("decoded", true);
    failure.failcode = fields.value("failcode", std::uint16_t{0});
    failure.erring_index = fields.value("erring_index", 0);
    failure.erring_node = fields.value("erring_node", "");
    failure.erring_channel = fields.value("erring_channel", "");
    failure.erring_direction = fields.value("erring_direction", 0);
    failure.detail = fields.value("detail", "");
    failure.onionreply = fields.value("onionreply", "");
    return std::make_shared<const PartFailure>(std::move(failure));
}

void apply(Node& node, const json::Tree& line) {
    if (const auto invoice = line.find("invoice"); invoice != line.end()) {
        Invoice again;
        again.text = invoice->value("text", "");
        again.label = invoice->value("label", "");
        again.description = invoice->value("description", "");
        if (const auto preimage = base::Preimage::from_hex(invoice->value("preimage", "")))
            again.preimage = *preimage;
        again.payment_secret = invoice->value("payment_secret", "");
        again.amount = invoice->value("amount", std::uint64_t{0});
        again.created_at = invoice->value("created_at", 0U);
        again.expiry = invoice->value("expiry", 0U);
        again.bolt12 = invoice->value("bolt12", false);
        again.to_self = invoice->value("to_self", false);
        node.invoices.add(std::move(again));
    } else if (const auto row = line.find("row"); row != line.end()) {
        if (auto read = read_row(*row)) {
            read_private(*read, line.value("private", json::Tree::object()));
            node.ledger.place_updated(node.ledger.add(std::move(*read)));
        }
    } else if (const auto done = line.find("resolved"); done != line.end()) {
        Row* row_now = node.ledger.by_created(done->value("created_index", std::uint64_t{0}));
        if (!row_now)
            return;
        if (const auto preimage = base::Preimage::from_hex(done->value("preimage", "")))
            row_now->preimage = *preimage;
        if (done->contains("failure"))
            row_now->extra->failure = read_failure((*done)["failure"]);
        node.ledger.resolve(*row_now, done->value("failed", false) ? Status::failed : Status::complete,
                            done->value("completed_at", 0U));
    } else if (const auto runes = line.find("runes"); runes != line.end()) {
        node.runes.next_id = runes->value("next_id", std::uint64_t{0});
        node.runes.blacklist = runes->value("blacklist", std::set<std::uint64_t>{});
    } else if (const auto gone = line.find("removed"); gone != line.end()) {
        if (Row* old = node.ledger.by_created(gone->get<std::uint64_t>()))
            node.ledger.remove(*old, line.value("counts", false));
    }
}

} // namespace

Journal::~Journal() {
    if (fd_ >= 0)
        ::close(fd_);
}

std::string Journal::open(Node& node, const std::string& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto parsed = json::parse(line);
        if (!parsed)
            break; // a killed writer leaves half a line at the very end
        apply(node, *parsed);
    }
    fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return fd_ < 0 ? std::strerror(errno) : "";
}

void Journal::write(std::string line) {
    line.push_back('\n');
    // One write for each line, so that a kill leaves whole lines. Only a full disk can shorten one.
    if (fd_ >= 0 && ::write(fd_, line.data(), line.size()) < 0)
        std::fprintf(stderr, "lightningd: journal: %s\n", std::strerror(errno));
}

void Journal::created(const Row& row) {
    if (fd_ >= 0)
        write(R"({"row":)" + row_json(row) + R"(,"private":)" + json::dump(private_fields(row)) + "}");
}

void Journal::resolved(const Row& row) {
    if (fd_ < 0)
        return;
    json::Tree done = {{"created_index", row.created_index},
                       {"completed_at", row.completed_at},
                       {"failed", row.status == Status::failed}};
    if (row.status == Status::complete)
        done["preimage"] = row.preimage.hex();
    if (row.extra && row.extra->failure)
        done["failure"] = failure_fields(*row.extra->failure);
    write(json::dump({{"resolved", done}}));
}

void Journal::removed(const Row& row, bool counts) {
    if (fd_ >= 0)
        write(json::dump({{"removed", row.created_index}, {"counts", counts}}));
}

void Journal::invoice(const Invoice& invoice) {
    if (fd_ < 0)
        return;
    const json::Tree fields = {{"text", invoice.text},
                               {"label", invoice.label},
                               {"description", invoice.description},
                               {"preimage", invoice.preimage.hex()},
                               {"payment_secret", invoice.payment_secret},
                               {"amount", invoice.amount},
                               {"created_at", invoice.created_at},
                               {"expiry", invoice.expiry},
                               {"bolt12", invoice.bolt12},
                               {"to_self", invoice.to_self}};
    write(json::dump({{"invoice", fields}}));
}

void Journal::runes(const Runes& runes) {
    if (fd_ >= 0)
        write(json::dump({{"runes", {{"next_id", runes.next_id}, {"blacklist", runes.blacklist}}}}));
}

} // namespace standin
