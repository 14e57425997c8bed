crosscheck::main!(scratch);
