/** A computation in WAT, as a compiler would emit it. `run` takes the size and returns a checksum. */
export interface Kernel {
  readonly name: string;
  /** So that a run takes a few milliseconds: short runs, often repeated, are the least disturbed. */
  readonly size: number;
  readonly fields: string;
}

export const kernels: readonly Kernel[] = [
  {
    name: 'fib (recursion)',
    size: 25,
    fields: `(func $run (export "run") (param $n i32) (result i32)
      local.get $n i32.const 2 i32.lt_s
      if (result i32) local.get $n
      else local.get $n i32.const 1 i32.sub call $run local.get $n i32.const 2 i32.sub call $run i32.add end)`,
  },
  {
    name: 'ackermann (deep recursion)',
    size: 350,
    fields: `(func $ack (param $m i32) (param $n i32) (result i32)
      local.get $m i32.eqz if local.get $n i32.const 1 i32.add return end
      local.get $n i32.eqz if local.get $m i32.const 1 i32.sub i32.const 1 call $ack return end
      local.get $m i32.const 1 i32.sub local.get $m local.get $n i32.const 1 i32.sub call $ack call $ack)
    (func (export "run") (param $n i32) (result i32) i32.const 2 local.get $n call $ack)`,
  },
  {
    name: 'matrix product (f64)',
    size: 96,
    fields: `(memory 16)
    (func (export "run") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $k i32) (local $sum f64)
      i32.const 0 local.set $i
      loop $rows
        i32.const 0 local.set $j
        loop $columns
          f64.const 0 local.set $sum i32.const 0 local.set $k
          loop $products
            local.get $sum
            local.get $i local.get $n i32.mul local.get $k i32.add i32.const 3 i32.shl f64.load
            local.get $k local.get $n i32.mul local.get $j i32.add i32.const 3 i32.shl f64.load offset=131072
            f64.mul f64.add local.set $sum
            local.get $k i32.const 1 i32.add local.tee $k local.get $n i32.lt_u br_if $products
          end
          local.get $i local.get $n i32.mul local.get $j i32.add i32.const 3 i32.shl local.get $sum f64.store offset=262144
          local.get $j i32.const 1 i32.add local.tee $j local.get $n i32.lt_u br_if $columns
        end
        local.get $i i32.const 1 i32.add local.tee $i local.get $n i32.lt_u br_if $rows
      end
      local.get $sum i32.trunc_sat_f64_s)`,
  },
  {
    name: 'sieve of Eratosthenes',
    size: 400_000,
    fields: `(memory 16)
    (func (export "run") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $count i32)
      i32.const 0 i32.const 1 local.get $n memory.fill
      i32.const 2 local.set $i
      loop $next
        local.get $i i32.load8_u
        if
          local.get $count i32.const 1 i32.add local.set $count
          local.get $i local.get $i i32.add local.tee $j local.get $n i32.lt_u
          if
            loop $strike
              local.get $j i32.const 0 i32.store8
              local.get $j local.get $i i32.add local.tee $j local.get $n i32.lt_u br_if $strike
            end
          end
        end
        local.get $i i32.const 1 i32.add local.tee $i local.get $n i32.lt_u br_if $next
      end
      local.get $count)`,
  },
  {
    name: 'byte fill (tightest loop)',
    size: 4_000_000,
    fields: `(memory 64)
    (func (export "run") (param $n i32) (result i32)
      loop $fill
        local.get $n i32.const 0x3fffff i32.and local.get $n i32.store8
        local.get $n i32.const 1 i32.sub local.tee $n br_if $fill
      end
      i32.const 7 i32.load8_u)`,
  },
  {
    name: 'string length and compare',
    size: 40_000,
    fields: `(memory 16)
    (func $length (param $at i32) (result i32) (local $p i32)
      local.get $at local.set $p
      loop $scan
        local.get $p i32.load8_u
        if local.get $p i32.const 1 i32.add local.set $p br $scan end
      end
      local.get $p local.get $at i32.sub)
    (func $equal (param $a i32) (param $b i32) (result i32)
      loop $scan (result i32)
        block $differ
          local.get $a i32.load8_u local.get $b i32.load8_u i32.ne br_if $differ
          local.get $a i32.load8_u i32.eqz if i32.const 1 return end
          local.get $a i32.const 1 i32.add local.set $a local.get $b i32.const 1 i32.add local.set $b
          br $scan
        end
        i32.const 0
      end)
    (func (export "run") (param $n i32) (result i32) (local $sum i32)
      i32.const 0 i32.const 97 i32.const 60 memory.fill i32.const 128 i32.const 97 i32.const 60 memory.fill
      loop $again
        local.get $sum i32.const 0 call $length i32.add i32.const 0 i32.const 128 call $equal i32.add local.set $sum
        local.get $n i32.const 1 i32.sub local.tee $n br_if $again
      end
      local.get $sum)`,
  },
  {
    name: 'xorshift and hash (i64)',
    size: 1_000_000,
    fields: `(func (export "run") (param $n i32) (result i32) (local $x i64) (local $h i64)
      i64.const 88172645463325252 local.set $x
      loop $again
        local.get $x i64.const 13 i64.shl local.get $x i64.xor local.tee $x
        i64.const 7 i64.shr_u local.get $x i64.xor local.tee $x
        i64.const 17 i64.shl local.get $x i64.xor local.tee $x
        local.get $h i64.xor i64.const 1099511628211 i64.mul local.set $h
        local.get $n i32.const 1 i32.sub local.tee $n br_if $again
      end
      local.get $h i32.wrap_i64)`,
  },
  {
    name: 'quicksort',
    size: 30_000,
    fields: `(memory 16)
    (func $sort (param $low i32) (param $high i32) (local $i i32) (local $j i32) (local $pivot i32) (local $swap i32)
      local.get $low local.get $high i32.ge_s if return end
      local.get $low local.set $i local.get $high local.set $j
      local.get $low local.get $high i32.add i32.const 3 i32.shr_u i32.const 2 i32.shl i32.load local.set $pivot
      loop $partition
        block $done
          local.get $i local.get $j i32.gt_s br_if $done
          loop $up local.get $i i32.load local.get $pivot i32.lt_s if local.get $i i32.const 4 i32.add local.set $i br $up end end
          loop $down local.get $j i32.load local.get $pivot i32.gt_s if local.get $j i32.const 4 i32.sub local.set $j br $down end end
          local.get $i local.get $j i32.le_s
          if
            local.get $i i32.load local.set $swap
            local.get $i local.get $j i32.load i32.store
            local.get $j local.get $swap i32.store
            local.get $i i32.const 4 i32.add local.set $i local.get $j i32.const 4 i32.sub local.set $j
          end
          br $partition
        end
      end
      local.get $low local.get $j call $sort local.get $i local.get $high call $sort)
    (func (export "run") (param $n i32) (result i32) (local $i i32) (local $x i32)
      i32.const 12345 local.set $x
      loop $fill
        local.get $x i32.const 1103515245 i32.mul i32.const 12345 i32.add local.set $x
        local.get $i i32.const 2 i32.shl local.get $x i32.store
        local.get $i i32.const 1 i32.add local.tee $i local.get $n i32.lt_u br_if $fill
      end
      i32.const 0 local.get $n i32.const 1 i32.sub i32.const 2 i32.shl call $sort
      i32.const 400 i32.load)`,
  },
  {
    name: 'bytecode interpreter (br_table)',
    size: 200_000,
    fields: `(memory 1) (data (i32.const 0) "\\00\\01\\02\\03\\01\\04\\02\\00\\03\\05")
    (func (export "run") (param $n i32) (result i32) (local $pc i32) (local $a i32) (local $b i32)
      loop $dispatch
        block $halt block $five block $four block $three block $two block $one block $zero
          local.get $pc i32.load8_u br_table $zero $one $two $three $four $five $halt
        end local.get $a i32.const 1 i32.add local.set $a local.get $pc i32.const 1 i32.add local.set $pc br $dispatch
        end local.get $b local.get $a i32.add local.set $b local.get $pc i32.const 1 i32.add local.set $pc br $dispatch
        end local.get $a local.get $b i32.xor local.set $a local.get $pc i32.const 1 i32.add local.set $pc br $dispatch
        end local.get $a i32.const 3 i32.mul local.set $a local.get $pc i32.const 1 i32.add local.set $pc br $dispatch
        end i32.const 512 local.get $a i32.store local.get $pc i32.const 1 i32.add local.set $pc br $dispatch
        end i32.const 0 local.set $pc local.get $n i32.const 1 i32.sub local.tee $n br_if $dispatch
        end
      end
      local.get $a)`,
  },
  {
    name: 'indirect calls',
    size: 500_000,
    fields: `(type $op (func (param i32) (result i32))) (table funcref (elem $add $mul $xor $not))
    (func $add (param i32) (result i32) local.get 0 i32.const 7 i32.add)
    (func $mul (param i32) (result i32) local.get 0 i32.const 5 i32.mul)
    (func $xor (param i32) (result i32) local.get 0 i32.const 0x5555 i32.xor)
    (func $not (param i32) (result i32) local.get 0 i32.const -1 i32.xor)
    (func (export "run") (param $n i32) (result i32) (local $x i32)
      loop $again
        local.get $x local.get $n i32.const 3 i32.and call_indirect (type $op) local.set $x
        local.get $n i32.const 1 i32.sub local.tee $n br_if $again
      end
      local.get $x)`,
  },
  {
    name: 'binary trees (allocation, recursion)',
    size: 13,
    fields: `(memory 64) (global $top (mut i32) (i32.const 16))
    (func $allocate (param $bytes i32) (result i32) (local $at i32)
      global.get $top local.tee $at local.get $bytes i32.add i32.const 0x3ffff0 i32.and global.set $top local.get $at)
    (func $grow (param $depth i32) (result i32) (local $node i32)
      i32.const 16 call $allocate local.tee $node local.get $depth i32.store offset=8
      local.get $depth i32.eqz if local.get $node i64.const 0 i64.store local.get $node return end
      local.get $node local.get $depth i32.const 1 i32.sub call $grow i32.store
      local.get $node local.get $depth i32.const 1 i32.sub call $grow i32.store offset=4
      local.get $node)
    (func $check (param $node i32) (result i32)
      local.get $node i32.load i32.eqz if (result i32) i32.const 1
      else local.get $node i32.load call $check local.get $node i32.load offset=4 call $check i32.add i32.const 1 i32.add end)
    (func (export "run") (param $n i32) (result i32) i32.const 16 global.set $top local.get $n call $grow call $check)`,
  },
  {
    name: 'Mandelbrot (f64)',
    size: 64,
    fields: `(func (export "run") (param $n i32) (result i32) (local $x i32) (local $y i32) (local $k i32) (local $sum i32)
      (local $cr f64) (local $ci f64) (local $zr f64) (local $zi f64) (local $t f64)
      loop $rows
        i32.const 0 local.set $x
        loop $columns
          local.get $x f64.convert_i32_s local.get $n f64.convert_i32_s f64.div f64.const 3 f64.mul f64.const -2 f64.add local.set $cr
          local.get $y f64.convert_i32_s local.get $n f64.convert_i32_s f64.div f64.const 2 f64.mul f64.const -1 f64.add local.set $ci
          f64.const 0 local.set $zr f64.const 0 local.set $zi i32.const 0 local.set $k
          loop $iterate
            local.get $zr local.get $zr f64.mul local.get $zi local.get $zi f64.mul f64.sub local.get $cr f64.add local.set $t
            local.get $zr local.get $zi f64.mul f64.const 2 f64.mul local.get $ci f64.add local.set $zi
            local.get $t local.set $zr
            local.get $k i32.const 1 i32.add local.set $k
            local.get $zr local.get $zr f64.mul local.get $zi local.get $zi f64.mul f64.add f64.const 4 f64.le
            local.get $k i32.const 200 i32.lt_u i32.and br_if $iterate
          end
          local.get $sum local.get $k i32.add local.set $sum
          local.get $x i32.const 1 i32.add local.tee $x local.get $n i32.lt_u br_if $columns
        end
        local.get $y i32.const 1 i32.add local.tee $y local.get $n i32.lt_u br_if $rows
      end
      local.get $sum)`,
  },
  {
    name: 'vectors (SIMD)',
    size: 200,
    fields: `(memory 1)
    (func (export "run") (param $n i32) (result i32) (local $i i32) (local $sum v128)
      loop $again
        i32.const 0 local.set $i
        loop $add
          local.get $sum local.get $i v128.load local.get $i v128.load offset=16384 i32x4.mul i32x4.add local.set $sum
          local.get $i i32.const 16 i32.add local.tee $i i32.const 16384 i32.lt_u br_if $add
        end
        local.get $n i32.const 1 i32.sub local.tee $n br_if $again
      end
      local.get $sum i32x4.extract_lane 0)`,
  },
];
