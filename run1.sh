export LD_LIBRARY_PATH=/root/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/x86_64-unknown-linux-gnu/lib
cd /tmp/w-b/backprop-macros
for s in "$@"; do TOKENS_INPUTS=1 TOKENS_SEED=$s ../target/release/deps/backprop_macros-59023a89d44395c3 many_inputs --ignored --nocapture 2>&1 | grep -v "^$" | cut -c1-1200| tail -12; done
