import Assembly

// Nothing else stands here: a C callback formed at the top level would be bound to the main actor.
Tipring.main()
