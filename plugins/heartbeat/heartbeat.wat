;; A plugin without a language: a core module in the canonical ABI of the component model. The build wraps it into a
;; component of the world in wit/. Memory: 16 is the beat counter, from 32 the returned values, from 64 the texts, from
;; 1024 what the host writes for one call.
(module
  (memory (export "memory") 1)
  (global $free (mut i32) (i32.const 1024))

  (data (i32.const 64) "0.1.0")
  (data (i32.const 80) "Counts the ticks of its host")

  ;; Every call starts with an empty heap, since nothing the host wrote is kept.
  (func $forget (global.set $free (i32.const 1024)))

  (func $init (param $config i32) (param $length i32) (result i32)
    (call $forget)
    (i32.store (i32.const 16) (i32.const 0))
    ;; result<plugin-metadata, plugin-error>: ok, version, description, no capabilities
    (i32.store8 (i32.const 32) (i32.const 0))
    (i32.store (i32.const 36) (i32.const 64))
    (i32.store (i32.const 40) (i32.const 5))
    (i32.store (i32.const 44) (i32.const 80))
    (i32.store (i32.const 48) (i32.const 28))
    (i32.store (i32.const 52) (i32.const 0))
    (i32.store (i32.const 56) (i32.const 0))
    (i32.const 32))

  ;; The event, flat: its case (0 is tick), then the fields of the widest case.
  (func $handle-event
    (param $case i32) (param $subscription i64) (param $paths i32) (param $length i32) (param $overflow i32)
    (result i32)
    (call $forget)
    (if (i32.eqz (local.get $case))
      (then (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (i32.const 1)))))
    ;; result<_, plugin-error>: ok
    (i32.store8 (i32.const 32) (i32.const 0))
    (i32.const 32))

  (func $shutdown)

  (func $beats (result i32) (i32.load (i32.const 16)))

  ;; Room for arguments, until the call that they are for forgets them. Memory grows as far as the host lets it.
  (func $realloc
    (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $start i32) (local $missing i32)
    (local.set $start
      (i32.and
        (i32.sub (i32.add (global.get $free) (local.get $align)) (i32.const 1))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $free (i32.add (local.get $start) (local.get $size)))
    (local.set $missing
      (i32.sub
        (i32.shr_u (i32.add (global.get $free) (i32.const 65535)) (i32.const 16))
        (memory.size)))
    (if (i32.gt_s (local.get $missing) (i32.const 0))
      (then
        (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1))
          (then unreachable))))
    (memory.copy
      (local.get $start)
      (local.get $old)
      (local.get $old-size))
    (local.get $start))

  (export "signalbox:plugin/lifecycle@0.1.0#init" (func $init))
  (export "signalbox:plugin/lifecycle@0.1.0#handle-event" (func $handle-event))
  (export "signalbox:plugin/lifecycle@0.1.0#shutdown" (func $shutdown))
  (export "beats" (func $beats))
  (export "cabi_realloc" (func $realloc)))
