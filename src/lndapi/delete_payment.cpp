#include "lndapi/delete_payment.hpp"

#include "json/parser.hpp"
#include "json/text.hpp"

#include <algorithm>

namespace lndapi {

namespace {

constexpr std::array<wire::Field, 1> delete_payment_fields{{{"status", 1}}};

// Of delpay: lightningd answers 208 also for rows of another status; the tracker makes 211 of that.
constexpr int no_such_payment = 208;
constexpr int other_status = 211;

/// A status of attempts, for each status of rows.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> attempt_statuses{
    {{"FAILED", "failed"}, {"SUCCEEDED", "complete"}}};

/// The payments have an attempt with this status.
bool has_attempt(const std::vector<consumer::SnapshotPtr>& payments, std::string_view status) {
    json::Parser parser;
    return std::any_of(payments.begin(), payments.end(), [&](const auto& payment) {
        const auto value = parser.read(payment->json);
        if (!value)
            return false;
        const auto attempts = value->find("htlcs").elements();
        return std::any_of(attempts.begin(), attempts.end(),
                           [&](json::Value attempt) { return attempt.find("status").text() == status; });
    });
}

} // namespace

const wire::Message delete_payment_message{delete_payment_fields};

DeletePayment::DeletePayment(Sources sources, rpc::Client& client, http::Exchange& exchange,
                             std::unique_ptr<const Output> output, const Request& request, Permit permit)
    : Unary(sources.loop, exchange, std::move(output), delete_payment_message,
            [this](Reply reply) { begin_deletion(std::move(reply)); }),
      sources_(std::move(sources)),
      client_(client),
      hash_bytes_(request.payment_hash),
      failed_htlcs_only_(request.failed_htlcs_only),
      permit_(std::move(permit)) {}

std::string DeletePayment::params(const base::PaymentHash& hash, std::string_view status) {
    return R"({"payment_hash":")" + hash.hex() + R"(","status":")" + std::string(status) + "\"}";
}

void DeletePayment::begin_deletion(Reply reply) {
    reply_ = std::move(reply);
    if (hash_bytes_.size() != base::PaymentHash::size)
        return refuse_with(GrpcCode::unknown, "invalid hash length of " + std::to_string(hash_bytes_.size()) +
                                                  ", want " + std::to_string(base::PaymentHash::size));
    if (failed_htlcs_only_)
        return refuse_with(GrpcCode::unimplemented, "failed_htlcs_only is not supported: a payment is deleted whole");
    std::copy(hash_bytes_.begin(), hash_bytes_.end(), hash_.bytes.begin());
    sources_.reader.lookup(hash_, [this, alive = weak()](const auto& payments) {
        if (!alive.expired() && !ended())
            found(payments);
    });
}

void DeletePayment::found(const tl::expected<std::vector<consumer::SnapshotPtr>, consumer::Refusal>& payments) {
    if (!payments && payments.error().kind != consumer::Refusal::Kind::unknown_hash)
        return refuse_with(GrpcCode::unavailable, payments.error().message);
    if (!payments || payments->empty())
        return refuse_with(GrpcCode::unknown, with_hash(": payment isn't initiated"));
    if (std::any_of(payments->begin(), payments->end(),
                    [](const auto& payment) { return payment->status == consumer::Status::in_flight; }))
        return refuse_with(GrpcCode::unknown,
                           with_hash(": payment " + hash_.hex() + " cannot be deleted: payment is in transition"));
    for (const auto& [attempts, rows] : attempt_statuses)
        if (has_attempt(*payments, attempts))
            steps_.push_back(rows);
    permit_from(0);
}

void DeletePayment::permit_from(std::size_t step) {
    if (step == steps_.size())
        return delete_from(0);
    permit_(*this, params(hash_, steps_[step]), [this, step, alive = weak()](const std::optional<Failure>& failure) {
        if (alive.expired() || ended())
            return;
        if (failure)
            return reply_(tl::unexpected(*failure));
        permit_from(step + 1);
    });
}

void DeletePayment::delete_from(std::size_t step) {
    if (step == steps_.size()) {
        if (some_deleted_)
            return reply_(R"({"status":"payment deleted"})");
        return refuse_with(GrpcCode::unknown, with_hash(": payment isn't initiated"));
    }
    client_.call(
        "delpay", params(hash_, steps_[step]),
        [this, step, alive = weak()](const tl::expected<std::string_view, rpc::Client::Failure>& result) {
            if (!alive.expired() && !ended())
                deleted(step, result ? std::nullopt : std::optional(result.error().error));
        },
        [this, alive = weak()] {
            if (!alive.expired() && !ended())
                refuse_with(GrpcCode::unavailable, "lightningd does not answer");
        });
}

/// Parts may be gone meanwhile: somebody else deleted them.
void DeletePayment::deleted(std::size_t step, const std::optional<rpc::Error>& error) {
    some_deleted_ |= !error.has_value();
    if (error && error->code != no_such_payment && error->code != other_status)
        return refuse_with(GrpcCode::unknown, with_hash(": " + error->message));
    delete_from(step + 1);
}

void DeletePayment::refuse_with(GrpcCode code, std::string text) {
    reply_(tl::unexpected(Failure{{code, std::move(text)}}));
}

/// LND's text, whatever was to be deleted.
std::string DeletePayment::with_hash(std::string_view text) const {
    return "failed to delete failed attempts for payment " + hash_.hex() + std::string(text);
}

} // namespace lndapi
