# docs/worked-example.md shows what becomes of its first block.
    .globl _start
_start:
    li 1,1
    mr 0,1
    addi 1,1,1
    cmpwi 1,2
    beq leave
    trap
leave:
    li 0,1              # exit
    li 3,0
    sc
