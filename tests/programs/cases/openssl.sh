#!/bin/bash
seq 20000 > f
for digest in md5 sha1 sha224 sha256 sha384 sha512 sha3-256 blake2b512 blake2s256 ripemd160 sm3; do openssl dgst -$digest f; done
openssl dgst -sha256 -hmac key f
for cipher in aes-128-cbc aes-256-cbc aes-128-ctr aes-256-ctr camellia-256-cbc aria-128-cbc chacha20 des-ede3-cbc sm4-cbc; do
    openssl enc -$cipher -K 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f -iv 000102030405060708090a0b0c0d0e0f -in f -out e 2>/dev/null
    md5sum < e; openssl enc -d -$cipher -K 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f -iv 000102030405060708090a0b0c0d0e0f -in e 2>/dev/null | cmp - f && echo $cipher
done
openssl enc -aes-256-cbc -pbkdf2 -S 0102030405060708 -pass pass:secret -in f | md5sum; openssl enc -base64 -in f | tail -n 1
openssl genrsa -out key 1024 2>/dev/null && openssl rsa -in key -check -noout && openssl rsa -in key -pubout -out public 2>/dev/null
openssl dgst -sha256 -sign key -out signature f && openssl dgst -sha256 -verify public -signature signature f
echo message | openssl pkeyutl -encrypt -pubin -inkey public | openssl pkeyutl -decrypt -inkey key
openssl ecparam -name prime256v1 -genkey -noout -out ec && openssl dgst -sha256 -sign ec -out s2 f && openssl ec -in ec -pubout 2>/dev/null | openssl dgst -sha256 -verify /dev/stdin -signature s2 f
openssl genpkey -algorithm ed25519 -out ed && openssl pkeyutl -sign -inkey ed -rawin -in f -out s3 && openssl pkeyutl -verify -inkey ed -rawin -in f -sigfile s3
openssl genpkey -algorithm x25519 -out xa; openssl genpkey -algorithm x25519 -out xb; openssl pkey -in xa -pubout -out xap; openssl pkey -in xb -pubout -out xbp; cmp <(openssl pkeyutl -derive -inkey xa -peerkey xbp | md5sum) <(openssl pkeyutl -derive -inkey xb -peerkey xap | md5sum) && echo shared
openssl req -x509 -key ec -subj /CN=ferry -days 1 -out cert 2>/dev/null && openssl x509 -in cert -noout -subject && openssl verify -CAfile cert cert
openssl prime 1000000007; openssl prime -hex FFFFFFFFFFFFFFC5; openssl rand -hex 16 | wc -c; openssl passwd -6 -salt abc password; openssl kdf -keylen 16 -kdfopt digest:SHA256 -kdfopt pass:p -kdfopt salt:s -kdfopt iter:1000 PBKDF2
openssl speed -seconds 1 -bytes 1024 sha256 2>/dev/null | grep -c '^sha256'; openssl enc -d -aes-128-cbc -K 00 -iv 00 -in f 2>/dev/null; echo $?
