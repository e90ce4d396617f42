// What Swift cannot import of OpenSSL itself: macros and variadic functions.
#pragma once
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/bio.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>

static inline EVP_PKEY *shim_p256_key_new(void) { return EVP_EC_gen("P-256"); }

/// DTLS 1.2 and nothing else, without what an association of one call has no use for.
static inline int shim_dtls_only(SSL_CTX *context) {
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                   SSL_OP_NO_QUERY_MTU | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1;
}

static inline void shim_dtls_set_mtu(SSL *ssl, long mtu) { SSL_set_mtu(ssl, mtu); }

/// Microseconds until a retransmission is due; -1 when none is.
static inline long long shim_dtls_timeout(SSL *ssl) {
  struct timeval left;
  if (DTLSv1_get_timeout(ssl, &left) != 1) return -1;
  return (long long)left.tv_sec * 1000000 + left.tv_usec;
}

static inline long shim_dtls_handle_timeout(SSL *ssl) { return DTLSv1_handle_timeout(ssl); }

/// An empty memory BIO asks to be tried again and does not tell of an end.
static inline BIO *shim_bio_memory_new(void) {
  BIO *bio = BIO_new(BIO_s_mem());
  if (bio != NULL) BIO_set_mem_eof_return(bio, -1);
  return bio;
}
