// The memory of a payment in flight: its structs by themselves, the table's share for each in a heap of its own
// (this process), and the growth of the real process. One part a payment, as most have.
#include "host.hpp"
#include "payments/table.hpp"
#include "report.hpp"

#include <memory>

#include <malloc.h>

namespace {

using namespace bench;
using namespace payments;

double heap() {
    const auto now = mallinfo2();
    return static_cast<double>(now.uordblks + now.hblkhd); // large vectors are mapped separately
}

Row row_of(std::uint64_t number, const std::string& invoice) {
    Row row;
    row.key.hash = *base::PaymentHash::from_hex(hash_of(number));
    row.key.group.value = group_of(number);
    row.partid.value = 1;
    row.created.value = number + 1;
    row.amount = base::Msat{2'000'000};
    row.sent = base::Msat{2'000'021};
    row.created_at = base::UnixNs{1'795'222'300'000'000'000};
    row.invoice = invoice;
    return row;
}

Route route_of_three() {
    Route route;
    for (std::uint8_t i = 0; i < 3; ++i) {
        Hop hop;
        hop.node = *base::NodeId::from_hex("022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90");
        hop.channel = base::ShortChannelId{103ULL << 40 | std::uint64_t{i} << 16};
        hop.forward = base::Msat{2'000'000};
        route.hops.push_back(std::move(hop));
    }
    route.hops.shrink_to_fit();
    return route;
}

/// Heap bytes of each of many objects that `make` makes, kept until the end of the measurement.
template <class Make>
double heap_of_each(std::size_t many, Make make) {
    using Made = decltype(make());
    std::vector<Made> all;
    all.reserve(many);
    const auto before = heap();
    for (std::size_t i = 0; i < many; ++i)
        all.push_back(make());
    return (heap() - before) / static_cast<double>(many);
}

/// Heap bytes of the table for each payment.
double table_bytes(std::size_t payments, const std::string& invoice, bool routes) {
    const auto before = heap();
    const auto table = std::make_unique<Table>(20'000);
    for (std::size_t i = 0; i < payments; ++i) {
        const auto row = row_of(i, invoice);
        if (routes) {
            ExpectedPart expected;
            expected.hash = row.key.hash;
            expected.group = row.key.group;
            expected.partid = row.partid;
            expected.payer = Payer::xpay;
            expected.seen = row.created_at;
            expected.route = route_of_three();
            table->apply(expected);
        }
        table->apply(PartSeen{row, std::nullopt});
    }
    expect(table->size() == payments, "every payment is in the table");
    table->for_each([&](const Payment& payment) {
        expect(payment.parts.size() == 1 && static_cast<bool>(payment.parts[0].route) == routes,
               "with its part and route");
    });
    return (heap() - before) / static_cast<double>(payments);
}

std::string spelled(std::size_t count) {
    auto text = std::to_string(count);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ' ');
    return text;
}

/// The real process, which lists that many at its start; without routes, with invoices.
void process(const Options& options, const json& row, std::size_t payments, double& empty, Report& report) {
    Node node(std::vector{row});
    node.history(payments, 1);
    Child plugin({options.plugin});
    Host host(plugin.ends(), node);
    host.begin();
    while (host.received.in_flight < payments) // most are found in the background
        host.pump();
    const auto now = static_cast<double>(plugin.rss_bytes());
    if (payments == 1) {
        empty = now;
        report.add("process with one payment, RSS", now / 1e6, "MB");
        return;
    }
    report.add("process, " + spelled(payments) + " payments in flight with invoices: RSS of each",
               (now - empty) / static_cast<double>(payments), "bytes");
    report.add("process, " + spelled(payments) + " payments in flight: CPU to learn of each at the start",
               static_cast<double>(plugin.cpu_ns()) / static_cast<double>(payments) / 1000, "us");
}

int run(const Options& options) {
    Report report("memory", options);
    using enum Target::Side;
    const auto route = heap_of_each(1000, [] { return base::HeapOptional<Route>(route_of_three()); });
    report.add("sizeof(Part)", sizeof(Part), "bytes", Target{at_most, 400});
    report.add("Part, and a route of three hops on the heap", sizeof(Part) + route, "bytes", Target{at_most, 700});
    report.add("a route of three hops, heap", route, "bytes");
    report.add("sizeof(Route)", sizeof(Route), "bytes");
    report.add("sizeof(Hop)", sizeof(Hop), "bytes");
    report.add("sizeof(HopExtras)", sizeof(HopExtras), "bytes");
    report.add("sizeof(Payment)", sizeof(Payment), "bytes");

    const auto row = recorded_row(read_recording(options.transcripts + "/xpay_multi_hop.jsonl"));
    const std::string invoice = row["bolt11"];
    for (const std::size_t payments : {1000UL, 100'000UL, options.full ? 1'000'000UL : 0UL}) {
        if (payments == 0)
            continue;
        const auto many = "table, " + spelled(payments) + " in flight: ";
        report.add(many + "each, bare", table_bytes(payments, "", false), "bytes");
        report.add(many + "each, with a route of three hops", table_bytes(payments, "", true), "bytes");
        report.add(many + "each, with route and invoice", table_bytes(payments, invoice, true), "bytes");
    }
    double empty = 0;
    process(options, row, 1, empty, report);
    for (const std::size_t payments :
         {1000UL, 10'000UL, options.full ? 100'000UL : 0UL, options.full ? 1'000'000UL : 0UL})
        if (payments > 0)
            process(options, row, payments, empty, report);
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
