// Certificates of two authorities, made by openssl's own program.
#pragma once

#include "nats_server.hpp"

#include <cstdlib>

namespace unit {

struct Certificates {
    Directory directory;

    Certificates() {
        authority("ca");
        authority("other");
        issue("name", "DNS:localhost");
        issue("address", "IP:127.0.0.1");
        issue("client", "DNS:client");
    }
    [[nodiscard]] std::string path(const std::string& name) const { return directory.path / name; }
    [[nodiscard]] std::string server(const std::string& name, const std::string& more = "") const {
        return std::string(NatsServer::jetstream) + "tls { cert_file: \"" + path(name + ".pem") + "\", key_file: \"" +
               path(name + ".key") + "\"" + more + " }\n";
    }

  private:
    void run(const std::string& arguments) const {
        const auto command = "cd " + directory.path.string() + " && openssl " + arguments + " 2>>openssl.log";
        REQUIRE_MESSAGE(std::system(command.c_str()) == 0, content(path("openssl.log")));
        for (const auto& file : std::filesystem::directory_iterator(directory.path))
            std::filesystem::permissions(file, std::filesystem::perms(0600));
    }
    void authority(const std::string& name) const {
        run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=" + name + " -keyout " +
            name + ".key -out " + name + ".pem");
    }
    void issue(const std::string& name, const std::string& alternative) const {
        write_file(path(name + ".ext"), "subjectAltName=" + alternative + "\n");
        run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name + " -keyout " + name +
            ".key -out " + name + ".csr");
        run("x509 -req -in " + name + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile " + name +
            ".ext -out " + name + ".pem");
    }
};

inline const Certificates& certificates() {
    static const Certificates made;
    return made;
}

} // namespace unit
